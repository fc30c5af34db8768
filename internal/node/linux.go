package node

import (
	"bytes"
	"context"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	clientset "k8s.io/client-go/kubernetes"
	v1core "k8s.io/client-go/kubernetes/typed/core/v1"
)

// A node of the lab is a Linux machine whatever system its process runs on. The
// kubelet reports, labels and admits by the system it was compiled for, goos;
// on Linux nothing here changes anything.
const linux = "linux"

// nodeAsLinux corrects what the kubelet says of a node when it registers.
func nodeAsLinux(node *v1.Node) {
	node.Status.NodeInfo.OperatingSystem = linux
	for _, label := range []string{v1.LabelOSStable, "beta.kubernetes.io/os"} {
		if _, ok := node.Labels[label]; ok {
			node.Labels[label] = linux
		}
	}
}

// podAsLocal lets the kubelet admit a pod that asks for Linux: it compares such
// a wish with the system it was compiled for.
func podAsLocal(pod *v1.Pod, goos string) {
	if goos == linux {
		return
	}
	if pod.Spec.NodeSelector[v1.LabelOSStable] == linux {
		pod.Spec.NodeSelector[v1.LabelOSStable] = goos
	}
	if pod.Spec.OS != nil && pod.Spec.OS.Name == v1.Linux {
		pod.Spec.OS = nil
	}
}

// beatClient is the heartbeat client with the reported system corrected.
type beatClient struct {
	clientset.Interface
	goos string
}

// CoreV1 returns the core client with the difference.
func (c beatClient) CoreV1() v1core.CoreV1Interface {
	return beatCore{CoreV1Interface: c.Interface.CoreV1(), goos: c.goos}
}

type beatCore struct {
	v1core.CoreV1Interface
	goos string
}

// Nodes returns the node client with the difference.
func (c beatCore) Nodes() v1core.NodeInterface {
	return beatNodes{NodeInterface: c.CoreV1Interface.Nodes(), goos: c.goos}
}

type beatNodes struct {
	v1core.NodeInterface
	goos string
}

// Patch patches the node's status, with the system corrected.
func (c beatNodes) Patch(ctx context.Context, name string, kind types.PatchType, data []byte,
	opts metav1.PatchOptions, subresources ...string,
) (*v1.Node, error) {
	return c.NodeInterface.Patch(ctx, name, kind, patchAsLinux(data, c.goos), opts, subresources...)
}

func patchAsLinux(data []byte, goos string) []byte {
	return bytes.ReplaceAll(data, []byte(`"operatingSystem":"`+goos+`"`), []byte(`"operatingSystem":"`+linux+`"`))
}
