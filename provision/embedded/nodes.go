package embedded

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/labctl-dev/labctl/internal/event"
	"github.com/labctl-dev/labctl/provision"
)

// controlPlaneLabels is what `kubeadm init` adds; a node may not give itself
// these (NodeRestriction).
const controlPlaneLabels = `{"metadata":{"labels":{"node-role.kubernetes.io/control-plane":"","node.kubernetes.io/exclude-from-external-load-balancers":""}}}`

// awaitNodes returns once every node is Ready and free of not-ready taints, by
// what its kubelet says since this supervisor began: the word of a kubelet from
// before the last Down still stands in the API server.
func (c *climb) awaitNodes(ctx context.Context) error {
	answer, err := ask(ctx, c.layout)
	if err != nil {
		return err
	}
	c.since = answer.Started.Truncate(time.Second) // heartbeats have whole seconds
	waiting := map[string]provision.Node{}
	for _, node := range c.record.Plan.Nodes {
		waiting[node.Name] = node
	}
	return c.insist(ctx, func(ctx context.Context) error { return c.watchNodes(ctx, waiting) })
}

// watchNodes takes nodes off waiting as they get ready, until none is left or
// the watch breaks.
func (c *climb) watchNodes(ctx context.Context, waiting map[string]provision.Node) error {
	nodes := c.admin.Typed.CoreV1().Nodes()
	list, err := nodes.List(ctx, metav1.ListOptions{})
	if err != nil {
		return fmt.Errorf("listing nodes: %w", err)
	}
	for i := range list.Items {
		if err := c.seen(ctx, &list.Items[i], waiting); err != nil {
			return err
		}
	}
	stream, err := nodes.Watch(ctx, metav1.ListOptions{ResourceVersion: list.ResourceVersion})
	if err != nil {
		return fmt.Errorf("watching nodes: %w", err)
	}
	defer stream.Stop()
	for len(waiting) > 0 {
		select {
		case change, open := <-stream.ResultChan():
			if err := c.changed(ctx, change, open, waiting); err != nil {
				return err
			}
		case <-ctx.Done():
			return fmt.Errorf("%d nodes are not ready: %w", len(waiting), ctx.Err())
		}
	}
	return nil
}

func (c *climb) changed(ctx context.Context, change watch.Event, open bool, waiting map[string]provision.Node) error {
	if !open {
		return errors.New("watching nodes: the server ended the watch")
	}
	node, ok := change.Object.(*corev1.Node)
	if !ok {
		return fmt.Errorf("watching nodes: got %T", change.Object)
	}
	return c.seen(ctx, node, waiting)
}

func (c *climb) seen(ctx context.Context, node *corev1.Node, waiting map[string]provision.Node) error {
	planned, ok := waiting[node.Name]
	if !ok {
		return nil
	}
	if _, labelled := node.Labels["node-role.kubernetes.io/control-plane"]; planned.Role == provision.ControlPlane && !labelled {
		_, err := c.admin.Typed.CoreV1().Nodes().Patch(ctx, node.Name, types.MergePatchType, []byte(controlPlaneLabels), metav1.PatchOptions{FieldManager: "labctl"})
		if err != nil {
			return fmt.Errorf("labelling %s: %w", node.Name, err)
		}
		return nil // the change comes back through the watch
	}
	if !nodeReady(node, c.since) {
		return nil
	}
	delete(waiting, node.Name)
	c.sink.Emit(event.Event{
		Time: time.Now().UTC(), Verb: "up", Kind: event.Node, Subject: node.Name, State: event.Done,
		Detail: "Ready", Elapsed: time.Since(c.begun),
	})
	return nil
}

func nodeReady(node *corev1.Node, since time.Time) bool {
	for _, taint := range node.Spec.Taints {
		if taint.Key == corev1.TaintNodeNotReady || taint.Key == corev1.TaintNodeUnreachable {
			return false
		}
	}
	for _, condition := range node.Status.Conditions {
		if condition.Type == corev1.NodeReady {
			return condition.Status == corev1.ConditionTrue && !condition.LastHeartbeatTime.Time.Before(since)
		}
	}
	return false
}
