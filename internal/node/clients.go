package node

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clientset "k8s.io/client-go/kubernetes"
	v1core "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/rest"
	cloudproviderapi "k8s.io/cloud-provider/api"
	kubeletconfig "k8s.io/kubernetes/pkg/kubelet/apis/config"

	"github.com/labctl-dev/labctl/provision/embedded/planeconf"
)

// clients are the three a kubelet uses, each with limits of its own
// (cmd/kubelet/app/server.go).
type clients struct {
	main      clientset.Interface
	heartbeat clientset.Interface
	events    v1core.EventsGetter
}

func newClients(base *rest.Config, cfg *kubeletconfig.KubeletConfiguration, conf planeconf.Node) (clients, error) {
	main := rest.CopyConfig(base)
	main.UserAgent = "kubelet/" + conf.Kubernetes + " (labctl)"
	main.QPS, main.Burst = float32(cfg.KubeAPIQPS), int(cfg.KubeAPIBurst)
	main.ContentType = "application/vnd.kubernetes.protobuf"
	beat := rest.CopyConfig(main)
	beat.QPS = -1
	beat.Timeout = min(cfg.NodeStatusUpdateFrequency.Duration, time.Duration(cfg.NodeLeaseDurationSeconds)*time.Second)
	event := rest.CopyConfig(main)
	event.QPS, event.Burst = float32(cfg.EventRecordQPS), int(cfg.EventBurst)

	mainClient, err := clientset.NewForConfig(main)
	if err != nil {
		return clients{}, fmt.Errorf("client: %w", err)
	}
	beats, err := clientset.NewForConfig(beat)
	if err != nil {
		return clients{}, fmt.Errorf("heartbeat client: %w", err)
	}
	eventClient, err := v1core.NewForConfig(event)
	if err != nil {
		return clients{}, fmt.Errorf("event client: %w", err)
	}
	return clients{
		main:      &labClient{Interface: mainClient, conf: conf},
		heartbeat: beatClient{Interface: beats, goos: runtime.GOOS},
		events:    eventClient,
	}, nil
}

// labClient is a client whose few differences make the node look like one of
// the course: the planned address and pod range are set when the node registers,
// and mirror pods show the probes their manifests have, not what the node made
// of them.
type labClient struct {
	clientset.Interface
	conf planeconf.Node
}

// CoreV1 returns the core client with the differences.
func (c *labClient) CoreV1() v1core.CoreV1Interface {
	return coreClient{CoreV1Interface: c.Interface.CoreV1(), conf: c.conf}
}

type coreClient struct {
	v1core.CoreV1Interface
	conf planeconf.Node
}

// Nodes returns the node client with the differences.
func (c coreClient) Nodes() v1core.NodeInterface {
	return nodeClient{NodeInterface: c.CoreV1Interface.Nodes(), conf: c.conf}
}

// Pods returns the pod client with the differences.
func (c coreClient) Pods(namespace string) v1core.PodInterface {
	return podClient{PodInterface: c.CoreV1Interface.Pods(namespace)}
}

type nodeClient struct {
	v1core.NodeInterface
	conf planeconf.Node
}

// Create registers the node with its planned address and pod range. The kubelet
// runs as one of an external cloud provider, because that is its mode in which
// it takes the addresses of its node object as given: it would otherwise look
// for the lab's address on this computer's network cards. The taint that waits
// for such a provider therefore goes.
func (c nodeClient) Create(ctx context.Context, node *v1.Node, opts metav1.CreateOptions) (*v1.Node, error) {
	node = node.DeepCopy()
	nodeAsLinux(node)
	node.Status.Addresses = []v1.NodeAddress{
		{Type: v1.NodeInternalIP, Address: c.conf.IP.String()},
		{Type: v1.NodeHostName, Address: c.conf.Name},
	}
	node.Spec.Taints = slices.DeleteFunc(node.Spec.Taints, func(taint v1.Taint) bool {
		return taint.Key == cloudproviderapi.TaintExternalCloudProvider
	})
	if c.conf.PodCIDR.IsValid() {
		node.Spec.PodCIDR = c.conf.PodCIDR.String()
		node.Spec.PodCIDRs = []string{node.Spec.PodCIDR}
	}
	return c.NodeInterface.Create(ctx, node, opts)
}

type podClient struct{ v1core.PodInterface }

// Create creates a mirror pod as its manifest has it.
func (c podClient) Create(ctx context.Context, pod *v1.Pod, opts metav1.CreateOptions) (*v1.Pod, error) {
	return c.PodInterface.Create(ctx, originalProbes(pod), opts)
}
