package simruntime

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
)

func TestSandboxLifecycle(t *testing.T) {
	t.Parallel()
	n := newNode(t, t.TempDir())
	ctx := t.Context()
	id := n.pod("web")
	resp, err := n.PodSandboxStatus(ctx, id, false)
	n.must(err)
	st := resp.GetStatus()
	if st.GetNetwork().GetIp() != "172.16.1.2" || st.GetState() != runtimeapi.PodSandboxState_SANDBOX_READY {
		t.Errorf("status %v, want ready at 172.16.1.2", st)
	}
	if _, err := n.RunPodSandbox(ctx, n.sandbox, ""); status.Code(err) != codes.AlreadyExists {
		t.Errorf("same attempt again: got %v, want AlreadyExists", err)
	}
	if _, err := n.RunPodSandbox(ctx, n.sandbox, "kata"); err == nil {
		t.Error("unknown runtime handler accepted")
	}
	host := n.pod("proxy", hostNetwork)
	resp, err = n.PodSandboxStatus(ctx, host, false)
	n.must(err)
	if got := resp.GetStatus().GetNetwork().GetIp(); got != "192.168.56.101" {
		t.Errorf("host network address %q, want the node's", got)
	}
	if got := resp.GetStatus().GetLinux().GetNamespaces().GetOptions().GetNetwork(); got != runtimeapi.NamespaceMode_NODE {
		t.Errorf("host network namespace %v, want NODE", got)
	}
	checkSandboxFilters(t, n, id)
	for range 2 { // stopping is idempotent
		n.must(n.StopPodSandbox(ctx, id))
	}
	resp, err = n.PodSandboxStatus(ctx, id, false)
	n.must(err)
	if got := resp.GetStatus(); got.GetState() != runtimeapi.PodSandboxState_SANDBOX_NOTREADY || got.GetNetwork().GetIp() != "" {
		t.Errorf("stopped sandbox: %v, want not ready without address", got)
	}
	for range 2 {
		n.must(n.RemovePodSandbox(ctx, id))
	}
	if _, err := n.PodSandboxStatus(ctx, id, false); status.Code(err) != codes.NotFound {
		t.Errorf("removed sandbox: got %v, want NotFound", err)
	}
}

func checkSandboxFilters(t *testing.T, n *node, id string) {
	t.Helper()
	ready := &runtimeapi.PodSandboxStateValue{State: runtimeapi.PodSandboxState_SANDBOX_READY}
	gone := &runtimeapi.PodSandboxStateValue{State: runtimeapi.PodSandboxState_SANDBOX_NOTREADY}
	tests := []struct {
		name   string
		filter *runtimeapi.PodSandboxFilter
		want   int
	}{
		{"none", nil, 2},
		{"id", &runtimeapi.PodSandboxFilter{Id: id}, 1},
		{"state", &runtimeapi.PodSandboxFilter{State: ready}, 2},
		{"other state", &runtimeapi.PodSandboxFilter{State: gone}, 0},
		{"label", &runtimeapi.PodSandboxFilter{LabelSelector: map[string]string{"app": "web"}}, 1},
		{"other label", &runtimeapi.PodSandboxFilter{LabelSelector: map[string]string{"app": "db"}}, 0},
	}
	for _, tt := range tests {
		got, err := n.ListPodSandbox(t.Context(), tt.filter)
		if err != nil || len(got) != tt.want {
			t.Errorf("list by %s: %d sandboxes, %v, want %d", tt.name, len(got), err, tt.want)
		}
	}
}

func TestNetworkNotReadyBeforeCIDR(t *testing.T) {
	t.Parallel()
	n := newNode(t, t.TempDir())
	bare := &Runtime{cfg: n.cfg, sandboxes: map[string]*sandbox{}, store: n.store, events: newBroadcaster()}
	bare.cfg.Network = freshNetwork()
	resp, err := bare.Status(t.Context(), true)
	n.must(err)
	for _, c := range resp.GetStatus().GetConditions() {
		if want := c.GetType() == runtimeapi.RuntimeReady; c.GetStatus() != want {
			t.Errorf("condition %s is %v, want %v", c.GetType(), c.GetStatus(), want)
		}
		if !c.GetStatus() && (c.GetReason() != "NetworkPluginNotReady" || !strings.Contains(c.GetMessage(), "pod CIDR")) {
			t.Errorf("condition %s says %q: %q", c.GetType(), c.GetReason(), c.GetMessage())
		}
	}
	config := &runtimeapi.PodSandboxConfig{Metadata: &runtimeapi.PodSandboxMetadata{Name: "a", Namespace: "b", Uid: "c"}}
	if _, err := bare.RunPodSandbox(t.Context(), config, ""); err == nil || !strings.Contains(err.Error(), "failed to setup network") {
		t.Errorf("sandbox without network: got %v", err)
	}
	n.must(bare.UpdateRuntimeConfig(t.Context(), &runtimeapi.RuntimeConfig{NetworkConfig: &runtimeapi.NetworkConfig{PodCidr: "10.1.0.0/24"}}))
	if err := bare.UpdateRuntimeConfig(t.Context(), &runtimeapi.RuntimeConfig{NetworkConfig: &runtimeapi.NetworkConfig{PodCidr: "nonsense"}}); err == nil {
		t.Error("a pod CIDR that is none was accepted")
	}
	if _, err := bare.RunPodSandbox(t.Context(), config, ""); err != nil {
		t.Errorf("sandbox with network: %v", err)
	}
}

func TestContainerLifecycle(t *testing.T) {
	t.Parallel()
	n := newNode(t, t.TempDir())
	ctx := t.Context()
	pod := n.pod("web")
	id := n.create(pod, "main")
	if got := n.status(id); got.GetState() != runtimeapi.ContainerState_CONTAINER_CREATED || got.GetStartedAt() != 0 {
		t.Errorf("created container: %v", got)
	}
	n.must(n.StartContainer(ctx, id))
	if err := n.StartContainer(ctx, id); status.Code(err) != codes.FailedPrecondition {
		t.Errorf("second start: got %v, want FailedPrecondition", err)
	}
	n.logged(id, "stdout F started\n")
	st := n.status(id)
	if st.GetState() != runtimeapi.ContainerState_CONTAINER_RUNNING || st.GetStartedAt() < st.GetCreatedAt() {
		t.Errorf("running container: %v", st)
	}
	if st.GetImage().GetImage() != "docker.io/library/tool:latest" || st.GetImageRef() != "docker.io/library/tool@sha256:d1" {
		t.Errorf("image %q, ref %q", st.GetImage().GetImage(), st.GetImageRef())
	}
	n.must(n.StopContainer(ctx, id, 30))
	n.logged(id, "stdout F signal 3\n") // the image's SIGQUIT
	st = n.status(id)
	if st.GetState() != runtimeapi.ContainerState_CONTAINER_EXITED || st.GetExitCode() != 0 || st.GetReason() != "Completed" {
		t.Errorf("stopped container: %v", st)
	}
	if st.GetFinishedAt() < st.GetStartedAt() {
		t.Errorf("finished at %d before it started at %d", st.GetFinishedAt(), st.GetStartedAt())
	}
	for range 2 {
		n.must(n.RemoveContainer(ctx, id))
	}
	if _, err := n.ContainerStatus(ctx, id, false); status.Code(err) != codes.NotFound {
		t.Errorf("removed container: got %v, want NotFound", err)
	}
	if _, err := os.Stat(st.GetLogPath()); err != nil {
		t.Errorf("the log went with the container: %v", err)
	}
}

func TestExits(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*runtimeapi.ContainerConfig)
		stop   bool
		grace  int64
		code   int32
		reason string
	}{
		{name: "success", change: args("exit", "0"), code: 0, reason: "Completed"},
		{name: "failure", change: args("exit", "3"), code: 3, reason: "Error"},
		{name: "crash", change: args("crash"), code: 2, reason: "Error"},
		{name: "killed at once", change: args("stubborn"), stop: true, code: 137, reason: "Error"},
		{name: "killed after grace", change: args("stubborn"), stop: true, grace: 1, code: 137, reason: "Error"},
		{name: "SIGTERM", stop: true, grace: 30, code: 143, reason: "Error", change: func(c *runtimeapi.ContainerConfig) {
			c.StopSignal = runtimeapi.Signal_SIGNAL_SIGTERM
		}},
		{name: "out of memory", code: 137, reason: "OOMKilled", change: func(c *runtimeapi.ContainerConfig) {
			c.Linux = &runtimeapi.LinuxContainerConfig{Resources: &runtimeapi.LinuxContainerResources{MemoryLimitInBytes: fakeMemory - 1}}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			n := newNode(t, t.TempDir())
			id := n.run(n.pod("p"), "main", tt.change)
			if tt.stop {
				n.must(n.StopContainer(t.Context(), id, tt.grace))
			}
			st := n.exited(id)
			if st.GetExitCode() != tt.code || st.GetReason() != tt.reason {
				t.Errorf("ended %d %s, want %d %s", st.GetExitCode(), st.GetReason(), tt.code, tt.reason)
			}
		})
	}
}

func TestStartError(t *testing.T) {
	t.Parallel()
	n := newNode(t, t.TempDir())
	id := n.create(n.pod("p"), "main", args("foo"))
	err := n.StartContainer(t.Context(), id)
	if err == nil || !strings.HasSuffix(err.Error(), `exec: "foo": executable file not found in $PATH`) {
		t.Errorf("got %v, want runc's words", err)
	}
	st := n.status(id)
	if st.GetExitCode() != 128 || st.GetReason() != "StartError" || st.GetMessage() != err.Error() || st.GetStartedAt() != 0 {
		t.Errorf("status %v, want StartError 128 with the message, never started", st)
	}
}

func TestCreateNeedsTheImage(t *testing.T) {
	t.Parallel()
	n := newNode(t, t.TempDir())
	pod := n.pod("p")
	config := &runtimeapi.ContainerConfig{
		Metadata: &runtimeapi.ContainerMetadata{Name: "a"}, Image: &runtimeapi.ImageSpec{Image: "absent"},
	}
	if _, err := n.CreateContainer(t.Context(), pod, config, n.sandbox); status.Code(err) != codes.NotFound {
		t.Errorf("got %v, want NotFound", err)
	}
	n.create(pod, "same")
	config = &runtimeapi.ContainerConfig{
		Metadata: &runtimeapi.ContainerMetadata{Name: "same"}, Image: &runtimeapi.ImageSpec{Image: "tool"},
	}
	if _, err := n.CreateContainer(t.Context(), pod, config, n.sandbox); status.Code(err) != codes.AlreadyExists {
		t.Errorf("same name and attempt: got %v, want AlreadyExists", err)
	}
	config.Metadata.Attempt = 1
	if _, err := n.CreateContainer(t.Context(), pod, config, n.sandbox); err != nil {
		t.Errorf("next attempt: %v", err)
	}
}

func TestMountsStayInsideTheNode(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	n := newNode(t, root)
	volume := filepath.Join(root, "host", "var", "lib", "kubelet", "volume")
	n.must(os.MkdirAll(volume, 0o700))
	termination := filepath.Join(root, "host", "termination")
	n.must(os.WriteFile(termination, nil, 0o600))
	outside := filepath.Join(root, "private")
	n.must(os.MkdirAll(outside, 0o700))
	n.must(os.WriteFile(filepath.Join(outside, "secret"), []byte("mine"), 0o600))
	id := n.run(n.pod("p"), "main", func(c *runtimeapi.ContainerConfig) {
		c.Mounts = []*runtimeapi.Mount{
			{HostPath: volume, ContainerPath: "/data"},
			{HostPath: termination, ContainerPath: "/dev/termination-log"},
			{HostPath: outside, ContainerPath: "/outside"},
		}
	})
	n.output(id, "write", "/data/file", "kept")
	n.output(id, "write", "/dev/termination-log", "bye")
	n.output(id, "write", "/outside/new", "lab")
	for path, want := range map[string]string{filepath.Join(volume, "file"): "kept", termination: "bye"} {
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%s holds %q, %v, want %q", path, got, err, want)
		}
	}
	if _, _, err := n.ExecSync(t.Context(), id, []string{"read", "/outside/secret"}, 0); err == nil {
		t.Error("a host path outside the node was readable")
	}
	if entries, err := os.ReadDir(outside); err != nil || len(entries) != 1 {
		t.Errorf("a container wrote outside the node: %v, %v", entries, err)
	}
	if got := n.output(id, "read", "/etc/resolv.conf"); got != "search default.svc.cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n" {
		t.Errorf("resolv.conf is %q", got)
	}
	if got := n.output(id, "read", "/etc/hosts"); !strings.Contains(got, "172.16.1.2\tp\n") {
		t.Errorf("hosts is %q", got)
	}
}

func TestListContainers(t *testing.T) {
	t.Parallel()
	n := newNode(t, t.TempDir())
	pod := n.pod("p")
	done := n.run(pod, "done", args("exit", "0"))
	n.exited(done)
	running := n.run(pod, "running")
	state := func(s runtimeapi.ContainerState) *runtimeapi.ContainerStateValue {
		return &runtimeapi.ContainerStateValue{State: s}
	}
	tests := []struct {
		name   string
		filter *runtimeapi.ContainerFilter
		want   int
	}{
		{"none", nil, 2},
		{"id", &runtimeapi.ContainerFilter{Id: running}, 1},
		{"pod", &runtimeapi.ContainerFilter{PodSandboxId: pod}, 2},
		{"other pod", &runtimeapi.ContainerFilter{PodSandboxId: "x"}, 0},
		{"exited", &runtimeapi.ContainerFilter{State: state(runtimeapi.ContainerState_CONTAINER_EXITED)}, 1},
		{"label", &runtimeapi.ContainerFilter{LabelSelector: map[string]string{"container": "done"}}, 1},
		{"label and state", &runtimeapi.ContainerFilter{LabelSelector: map[string]string{"container": "done"}, State: state(runtimeapi.ContainerState_CONTAINER_RUNNING)}, 0},
	}
	for _, tt := range tests {
		if got, err := n.ListContainers(t.Context(), tt.filter); err != nil || len(got) != tt.want {
			t.Errorf("list by %s: %d, %v, want %d", tt.name, len(got), err, tt.want)
		}
	}
}
