package node

import (
	"testing"

	v1 "k8s.io/api/core/v1"
)

func TestANodeIsLinuxEverywhere(t *testing.T) {
	t.Parallel()
	node := &v1.Node{}
	node.Labels = map[string]string{"kubernetes.io/os": "darwin", "kubernetes.io/arch": "arm64"}
	node.Status.NodeInfo.OperatingSystem = "darwin"
	nodeAsLinux(node)
	if node.Status.NodeInfo.OperatingSystem != "linux" || node.Labels["kubernetes.io/os"] != "linux" || node.Labels["kubernetes.io/arch"] != "arm64" {
		t.Errorf("node %+v %v", node.Status.NodeInfo, node.Labels)
	}
	if _, ok := node.Labels["beta.kubernetes.io/os"]; ok {
		t.Error("a label was added")
	}
	patch := `{"status":{"nodeInfo":{"operatingSystem":"windows"}}}`
	if got := string(patchAsLinux([]byte(patch), "windows")); got != `{"status":{"nodeInfo":{"operatingSystem":"linux"}}}` {
		t.Errorf("patch %s", got)
	}
}

func TestPodsThatAskForLinuxAreAdmitted(t *testing.T) {
	t.Parallel()
	for goos, want := range map[string]string{"linux": "linux", "darwin": "darwin"} {
		pod := &v1.Pod{}
		pod.Spec.NodeSelector = map[string]string{"kubernetes.io/os": "linux"}
		pod.Spec.OS = &v1.PodOS{Name: v1.Linux}
		podAsLocal(pod, goos)
		if got := pod.Spec.NodeSelector["kubernetes.io/os"]; got != want {
			t.Errorf("on %s the selector is %q, want %q", goos, got, want)
		}
		if kept := pod.Spec.OS != nil; kept != (goos == "linux") {
			t.Errorf("on %s spec.os kept = %v", goos, kept)
		}
	}
	windows := &v1.Pod{}
	windows.Spec.NodeSelector = map[string]string{"kubernetes.io/os": "windows"}
	podAsLocal(windows, "darwin")
	if windows.Spec.NodeSelector["kubernetes.io/os"] != "windows" {
		t.Error("a pod that asks for Windows may not be admitted")
	}
}
