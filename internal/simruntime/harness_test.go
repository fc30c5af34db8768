package simruntime

import (
	"context"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/labctl-dev/labctl/internal/simruntime/simnet"
)

// node is a runtime under test with the kubelet's side of it.
type node struct {
	*Runtime
	t       *testing.T
	net     *simnet.Network
	logs    string
	sandbox *runtimeapi.PodSandboxConfig
}

func newNode(t *testing.T, root string, change ...func(*Config)) *node {
	t.Helper()
	network := simnet.New()
	cfg := Config{
		NodeName: "w1-k8s", NodeIP: netip.MustParseAddr("192.168.56.101"), Root: filepath.Join(root, "runtime"),
		HostRoot: filepath.Join(root, "host"), Network: network, Preload: []string{"pause"},
	}
	for _, f := range change {
		f(&cfg)
	}
	r, err := open(cfg, fakeImages)
	if err != nil {
		t.Fatal(err)
	}
	n := &node{Runtime: r, t: t, net: network, logs: filepath.Join(root, "logs")}
	t.Cleanup(n.shut)
	n.must(r.UpdateRuntimeConfig(t.Context(), &runtimeapi.RuntimeConfig{
		NetworkConfig: &runtimeapi.NetworkConfig{PodCidr: "172.16.1.0/24"},
	}))
	_, err = r.PullImage(t.Context(), &runtimeapi.ImageSpec{Image: "tool"}, nil, nil)
	n.must(err)
	return n
}

func (n *node) shut() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := n.Close(ctx); err != nil {
		n.t.Errorf("closing: %v", err)
	}
}

func (n *node) must(err error) {
	n.t.Helper()
	if err != nil {
		n.t.Fatal(err)
	}
}

func (n *node) pod(name string, change ...func(*runtimeapi.PodSandboxConfig)) string {
	n.t.Helper()
	n.sandbox = &runtimeapi.PodSandboxConfig{
		Metadata: &runtimeapi.PodSandboxMetadata{Name: name, Namespace: "default", Uid: "uid-" + name},
		Hostname: name, LogDirectory: filepath.Join(n.logs, name),
		Labels:    map[string]string{"app": name},
		DnsConfig: &runtimeapi.DNSConfig{Servers: []string{"10.96.0.10"}, Searches: []string{"default.svc.cluster.local"}, Options: []string{"ndots:5"}},
		Linux: &runtimeapi.LinuxPodSandboxConfig{SecurityContext: &runtimeapi.LinuxSandboxSecurityContext{
			NamespaceOptions: &runtimeapi.NamespaceOption{},
		}},
	}
	for _, f := range change {
		f(n.sandbox)
	}
	id, err := n.RunPodSandbox(n.t.Context(), n.sandbox, "")
	n.must(err)
	return id
}

func hostNetwork(c *runtimeapi.PodSandboxConfig) {
	c.Hostname = ""
	c.Linux.SecurityContext.NamespaceOptions.Network = runtimeapi.NamespaceMode_NODE
}

func (n *node) create(sandbox, name string, change ...func(*runtimeapi.ContainerConfig)) string {
	n.t.Helper()
	config := &runtimeapi.ContainerConfig{
		Metadata: &runtimeapi.ContainerMetadata{Name: name}, LogPath: name + "/0.log",
		Image:  &runtimeapi.ImageSpec{Image: "tool", UserSpecifiedImage: "tool"},
		Labels: map[string]string{"container": name},
	}
	for _, f := range change {
		f(config)
	}
	id, err := n.CreateContainer(n.t.Context(), sandbox, config, n.sandbox)
	n.must(err)
	return id
}

func args(argv ...string) func(*runtimeapi.ContainerConfig) {
	return func(c *runtimeapi.ContainerConfig) { c.Command = argv }
}

// run creates and starts a container.
func (n *node) run(sandbox, name string, change ...func(*runtimeapi.ContainerConfig)) string {
	n.t.Helper()
	id := n.create(sandbox, name, change...)
	n.must(n.StartContainer(n.t.Context(), id))
	return id
}

func (n *node) status(id string) *runtimeapi.ContainerStatus {
	n.t.Helper()
	resp, err := n.ContainerStatus(n.t.Context(), id, false)
	n.must(err)
	return resp.GetStatus()
}

func freshNetwork() *simnet.Network { return simnet.New() }

// until waits, event by event, until a container's status satisfies want.
func (n *node) until(id string, want func(*runtimeapi.ContainerStatus) bool) *runtimeapi.ContainerStatus {
	n.t.Helper()
	ctx, cancel := context.WithTimeout(n.t.Context(), 20*time.Second)
	defer cancel()
	events, stop := n.events.listen()
	defer stop()
	for {
		if st := n.status(id); want(st) {
			return st
		}
		select {
		case <-events:
		case <-ctx.Done():
			n.t.Fatalf("container %s stays in %v", id, n.status(id))
		}
	}
}

func (n *node) exited(id string) *runtimeapi.ContainerStatus {
	n.t.Helper()
	return n.until(id, func(s *runtimeapi.ContainerStatus) bool {
		return s.GetState() == runtimeapi.ContainerState_CONTAINER_EXITED
	})
}

// logged waits until the container's log holds text.
func (n *node) logged(id, text string) {
	n.t.Helper()
	path := n.status(id).GetLogPath()
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	for {
		data, err := os.ReadFile(path)
		if err == nil && strings.Contains(string(data), text) {
			return
		}
		select {
		case <-ticker.C:
		case <-n.t.Context().Done():
			n.t.Fatalf("log %q never said %q", data, text)
		}
	}
}

// output runs a program in a container and returns what it wrote.
func (n *node) output(id string, argv ...string) string {
	n.t.Helper()
	out, errs, err := n.ExecSync(n.t.Context(), id, argv, 0)
	if err != nil {
		n.t.Fatalf("exec %v: %v (%s)", argv, err, errs)
	}
	return string(out)
}
