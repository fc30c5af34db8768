package simruntime

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/labctl-dev/labctl/internal/simruntime/images"
)

func TestEvents(t *testing.T) {
	t.Parallel()
	n := newNode(t, t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	out := make(chan *runtimeapi.ContainerEventResponse, 100)
	listening := make(chan struct{})
	ended := make(chan error, 1)
	go func() {
		ended <- n.GetContainerEvents(ctx, out, func(runtimeapi.RuntimeService_GetContainerEventsClient) { close(listening) })
	}()
	<-listening
	pod := n.pod("p")
	id := n.run(pod, "main", args("exit", "4"))
	n.exited(id)
	n.must(n.RemovePodSandbox(t.Context(), pod))
	var got []string
	for len(got) < 8 {
		event := <-out
		what := "container"
		if event.GetContainerId() == pod {
			what = "sandbox"
		}
		if event.GetPodSandboxStatus().GetMetadata().GetName() != "p" {
			t.Errorf("event %v lacks its pod", event)
		}
		got = append(got, what+" "+event.GetContainerEventType().String())
	}
	want := []string{
		"sandbox CONTAINER_CREATED_EVENT", "sandbox CONTAINER_STARTED_EVENT",
		"container CONTAINER_CREATED_EVENT", "container CONTAINER_STARTED_EVENT", "container CONTAINER_STOPPED_EVENT",
		"sandbox CONTAINER_STOPPED_EVENT", "container CONTAINER_DELETED_EVENT", "sandbox CONTAINER_DELETED_EVENT",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events differ (-want +got):\n%s", diff)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("events ended with %v", err)
	}
	go func() { ended <- n.GetContainerEvents(t.Context(), out, nil) }()
	n.shut()
	if err := <-ended; !errors.Is(err, io.EOF) {
		t.Errorf("events of a closed runtime ended with %v, want EOF", err)
	}
}

func TestStatsFollowActivity(t *testing.T) {
	t.Parallel()
	n := newNode(t, t.TempDir())
	pod := n.pod("p")
	id := n.run(pod, "main", args("listen", "80"), func(c *runtimeapi.ContainerConfig) {
		c.Linux = &runtimeapi.LinuxContainerConfig{Resources: &runtimeapi.LinuxContainerResources{MemoryLimitInBytes: 2 * fakeMemory}}
	})
	n.logged(id, "listening")
	before, err := n.ContainerStats(t.Context(), id)
	n.must(err)
	n.output(id, "write", "/file", "12345")
	n.output(id, "fetch", "localhost:80")
	after, err := n.ContainerStats(t.Context(), id)
	n.must(err)
	grown := after.GetCpu().GetUsageCoreNanoSeconds().GetValue() - before.GetCpu().GetUsageCoreNanoSeconds().GetValue()
	if grown < 2*costExec+2*costConn {
		t.Errorf("cpu grew by %d ns, less than two processes and two ends of a connection cost", grown)
	}
	if got := after.GetMemory(); got.GetWorkingSetBytes().GetValue() < fakeMemory || got.GetAvailableBytes().GetValue() > fakeMemory {
		t.Errorf("memory %v", got)
	}
	if got := after.GetWritableLayer().GetUsedBytes().GetValue(); got < 5 {
		t.Errorf("writable layer holds %d bytes, want at least the 5 written", got)
	}
	podStats, err := n.PodSandboxStats(t.Context(), pod)
	n.must(err)
	network := podStats.GetLinux().GetNetwork().GetDefaultInterface()
	if network.GetRxBytes().GetValue() != 12 || network.GetTxBytes().GetValue() != 12 {
		t.Errorf("network %v, want 12 bytes each way: hello there and back, both ends in this pod", network)
	}
	all, err := n.ListPodSandboxStats(t.Context(), nil)
	if err != nil || len(all) != 1 || len(all[0].GetLinux().GetContainers()) != 1 {
		t.Errorf("pod stats %v, %v", all, err)
	}
	some, err := n.ListContainerStats(t.Context(), &runtimeapi.ContainerStatsFilter{PodSandboxId: "x"})
	if err != nil || len(some) != 0 {
		t.Errorf("container stats of no pod: %v, %v", some, err)
	}
}

func TestShrinkingMemoryKills(t *testing.T) {
	t.Parallel()
	n := newNode(t, t.TempDir())
	id := n.run(n.pod("p"), "main")
	n.must(n.UpdateContainerResources(t.Context(), id, &runtimeapi.ContainerResources{
		Linux: &runtimeapi.LinuxContainerResources{MemoryLimitInBytes: 2 * fakeMemory, CpuShares: 512},
	}))
	if got := n.status(id); got.GetResources().GetLinux().GetCpuShares() != 512 || got.GetState() != runtimeapi.ContainerState_CONTAINER_RUNNING {
		t.Errorf("after a resize: %v", got)
	}
	n.must(n.UpdateContainerResources(t.Context(), id, &runtimeapi.ContainerResources{
		Linux: &runtimeapi.LinuxContainerResources{MemoryLimitInBytes: 1},
	}))
	if got := n.exited(id); got.GetReason() != "OOMKilled" || got.GetResources().GetLinux().GetCpuShares() != 512 {
		t.Errorf("after too small a limit: %v", got)
	}
}

func TestVersionAndConfig(t *testing.T) {
	t.Parallel()
	n := newNode(t, t.TempDir())
	version, err := n.Version(t.Context(), "0.1.0")
	n.must(err)
	if version.GetRuntimeName() != "containerd" || version.GetRuntimeApiVersion() != "v1" {
		t.Errorf("version %v", version)
	}
	config, err := n.RuntimeConfig(t.Context())
	n.must(err)
	if config.GetLinux().GetCgroupDriver() != runtimeapi.CgroupDriver_SYSTEMD {
		t.Errorf("cgroup driver %v, want systemd", config)
	}
}

func TestArgv(t *testing.T) {
	t.Parallel()
	image := images.Config{Entrypoint: []string{"/ep"}, Cmd: []string{"c1", "c2"}}
	tests := []struct {
		name          string
		image         images.Config
		command, args []string
		want          []string
	}{
		{name: "image only", image: image, want: []string{"/ep", "c1", "c2"}},
		{name: "args", image: image, args: []string{"a"}, want: []string{"/ep", "a"}},
		{name: "command", image: image, command: []string{"x"}, want: []string{"x"}},
		{name: "both", image: image, command: []string{"x"}, args: []string{"a"}, want: []string{"x", "a"}},
		{name: "cmd only image", image: images.Config{Cmd: []string{"sh"}}, want: []string{"sh"}},
	}
	for _, tt := range tests {
		got, err := argv(tt.image, tt.command, tt.args)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	if _, err := argv(images.Config{}, nil, nil); err == nil {
		t.Error("no command at all is an error")
	}
}

func TestSignalNames(t *testing.T) {
	t.Parallel()
	tests := []struct {
		cri   runtimeapi.Signal
		image string
		name  string
		want  int
	}{
		{name: "SIGTERM", want: 15},
		{image: "SIGQUIT", name: "SIGQUIT", want: 3},
		{image: "quit", name: "SIGQUIT", want: 3},
		{image: "SIGRTMIN+3", name: "SIGRTMIN+3", want: 37},
		{image: "SIGQUIT", cri: runtimeapi.Signal_SIGNAL_SIGUSR1, name: "SIGUSR1", want: 10},
		{cri: runtimeapi.Signal_SIGNAL_SIGRTMINPLUS2, name: "SIGRTMINPLUS2", want: 36},
	}
	for _, tt := range tests {
		name := stopSignalOf(tt.cri, tt.image)
		if name != tt.name || int(signalNumber(name)) != tt.want {
			t.Errorf("%v over %q: %s (%d), want %s (%d)", tt.cri, tt.image, name, signalNumber(name), tt.name, tt.want)
		}
	}
}

// TestConcurrency lets many pods live and die at once; the race detector and
// goleak are its judges, with the addresses that must all come back.
func TestConcurrency(t *testing.T) {
	t.Parallel()
	n := newNode(t, t.TempDir())
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			ctx := t.Context()
			name := fmt.Sprintf("p%d", i)
			config := &runtimeapi.PodSandboxConfig{
				Metadata: &runtimeapi.PodSandboxMetadata{Name: name, Namespace: "d", Uid: name}, Hostname: name, LogDirectory: n.logs,
			}
			pod, err := n.RunPodSandbox(ctx, config, "")
			if err != nil {
				t.Error(err)
				return
			}
			id, err := n.CreateContainer(ctx, pod, &runtimeapi.ContainerConfig{
				Metadata: &runtimeapi.ContainerMetadata{Name: "c"}, Image: &runtimeapi.ImageSpec{Image: "tool"}, LogPath: name + ".log",
			}, config)
			if err != nil {
				t.Error(err)
				return
			}
			if err := n.StartContainer(ctx, id); err != nil {
				t.Error(err)
			}
			if _, _, err := n.ExecSync(ctx, id, []string{"echo", name}, 0); err != nil {
				t.Error(err)
			}
			if _, err := n.ListContainers(ctx, nil); err != nil {
				t.Error(err)
			}
			if err := n.RemovePodSandbox(ctx, pod); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(n.sandboxes) != 0 || len(n.containers) != 0 {
		t.Errorf("%d sandboxes and %d containers are left", len(n.sandboxes), len(n.containers))
	}
}
