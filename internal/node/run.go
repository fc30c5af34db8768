package node

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/features"

	"github.com/labctl-dev/labctl/internal/simruntime"
	"github.com/labctl-dev/labctl/internal/simruntime/images"
	"github.com/labctl-dev/labctl/internal/simruntime/simnet"
	"github.com/labctl-dev/labctl/provision/embedded/planeconf"
)

// Run runs the node until ctx ends. It returns the first failure that makes the
// node useless; the supervisor then starts it anew.
func Run(ctx context.Context, conf planeconf.Node) error {
	// The runtime tells the kubelet at once what happened to a container, so that
	// nobody waits for the next look a second later. An alpha gate: the kubelet's
	// periodic look stays, this only adds to it.
	if err := utilfeature.DefaultMutableFeatureGate.Set(string(features.EventedPLEG) + "=true"); err != nil {
		return fmt.Errorf("feature gates: %w", err)
	}
	dirs := layout(conf.Dir)
	if err := dirs.make(); err != nil {
		return err
	}
	network := simnet.New()
	network.Remote = remoteDialer(conf.Gateway)
	if conf.PodCIDR.IsValid() {
		if err := network.SetCIDR(conf.PodCIDR); err != nil {
			return fmt.Errorf("pod network: %w", err)
		}
	}
	catalogue, err := images.Load()
	if err != nil {
		return fmt.Errorf("image catalogue: %w", err)
	}
	runtime, err := simruntime.New(simruntime.Config{
		NodeName:     conf.Name,
		NodeIP:       conf.IP,
		Root:         dirs.runtime,
		HostRoot:     dirs.root,
		Catalogue:    catalogue,
		Network:      network,
		Kubernetes:   conf.Kubernetes,
		ComponentLog: componentLogs(conf.LogDir),
		Probe:        runProbe,
		Preload:      preloaded(catalogue),
	})
	if err != nil {
		return fmt.Errorf("container runtime: %w", err)
	}
	defer func() {
		if err := runtime.Close(context.WithoutCancel(ctx)); err != nil {
			klog.FromContext(ctx).Error(err, "Closing the container runtime")
		}
	}()
	agent, err := newKubelet(ctx, conf, dirs, runtime)
	if err != nil {
		return fmt.Errorf("kubelet: %w", err)
	}
	failed := make(chan error, 1)
	go func() { failed <- serveDoor(ctx, conf.Door, door{network: network, healthy: agent.healthy}) }()
	agent.start(ctx)
	select {
	case <-ctx.Done():
		return nil
	case err := <-failed:
		return fmt.Errorf("node door: %w", err)
	}
}

// paths are the directories of one node, all below its own.
type paths struct {
	root    string // what containers and hostPath volumes see as the node's "/"
	kubelet string // the kubelet's /var/lib/kubelet
	runtime string // the container runtime's state
	podLogs string // /var/log/pods
	resolv  string // the resolv.conf pods with dnsPolicy Default get
}

func layout(dir string) paths {
	root := filepath.Join(dir, "root")
	return paths{
		root:    root,
		kubelet: filepath.Join(root, "var", "lib", "kubelet"),
		runtime: filepath.Join(dir, "runtime"),
		podLogs: filepath.Join(root, "var", "log", "pods"),
		resolv:  filepath.Join(root, "etc", "resolv.conf"),
	}
}

func (p paths) make() error {
	for _, dir := range []string{p.kubelet, p.runtime, p.podLogs, filepath.Dir(p.resolv)} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("node directories: %w", err)
		}
	}
	// A resolver of the computer would leak its network into the lab; the lab's
	// nodes know no name server but the cluster's.
	if err := os.WriteFile(p.resolv, []byte("search localdomain\n"), 0o600); err != nil {
		return fmt.Errorf("node resolv.conf: %w", err)
	}
	return nil
}

// preloaded names the images a node has before anything is pulled: what kubeadm
// and the network add-on would have brought.
func preloaded(catalogue *images.Catalogue) []string {
	var refs []string
	for _, image := range catalogue.All() {
		for _, ref := range image.Refs {
			if strings.HasPrefix(ref, "registry.k8s.io/") || strings.HasPrefix(ref, "docker.io/calico/") {
				refs = append(refs, ref)
			}
		}
	}
	return refs
}
