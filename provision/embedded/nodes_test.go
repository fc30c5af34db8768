package embedded

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestNodeReady(t *testing.T) {
	t.Parallel()
	begun := time.Date(2026, 1, 1, 10, 0, 0, 0, time.UTC)
	node := func(status corev1.ConditionStatus, heartbeat time.Time, taints ...string) *corev1.Node {
		n := &corev1.Node{}
		n.Status.Conditions = []corev1.NodeCondition{
			{Type: corev1.NodeMemoryPressure, Status: corev1.ConditionTrue, LastHeartbeatTime: metav1.NewTime(heartbeat)},
			{Type: corev1.NodeReady, Status: status, LastHeartbeatTime: metav1.NewTime(heartbeat)},
		}
		for _, key := range taints {
			n.Spec.Taints = append(n.Spec.Taints, corev1.Taint{Key: key})
		}
		return n
	}
	for _, tc := range []struct {
		name string
		node *corev1.Node
		want bool
	}{
		{"ready", node(corev1.ConditionTrue, begun), true},
		{"ready, control plane", node(corev1.ConditionTrue, begun.Add(time.Second), "node-role.kubernetes.io/control-plane"), true},
		{"no word yet", &corev1.Node{}, false},
		{"not ready", node(corev1.ConditionFalse, begun), false},
		{"unknown", node(corev1.ConditionUnknown, begun), false},
		{"word from before the last down", node(corev1.ConditionTrue, begun.Add(-time.Second)), false},
		{"taint not yet taken off", node(corev1.ConditionTrue, begun, corev1.TaintNodeNotReady), false},
		{"unreachable taint", node(corev1.ConditionTrue, begun, corev1.TaintNodeUnreachable), false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := nodeReady(tc.node, begun); got != tc.want {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}
