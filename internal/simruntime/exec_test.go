package simruntime

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
	remote "k8s.io/cri-client/pkg"
	utilexec "k8s.io/utils/exec"

	"github.com/labctl-dev/labctl/internal/simruntime/process"
)

func TestExecSync(t *testing.T) {
	t.Parallel()
	n := newNode(t, t.TempDir(), func(c *Config) {
		c.Probe = func(_ context.Context, p *process.Process) int {
			fmt.Fprintf(p.Stdout, "probing %s as %v", p.Net.IP(), p.Args[1:])
			return 0
		}
	})
	ctx := t.Context()
	id := n.run(n.pod("p"), "main", func(c *runtimeapi.ContainerConfig) {
		c.WorkingDir = "/srv/deep"
		c.Envs = []*runtimeapi.KeyValue{{Key: "FROM", Value: []byte("pod")}}
	})
	if got := n.output(id, "echo", "a", "b"); got != "a b\n" {
		t.Errorf("stdout %q", got)
	}
	_, errs, err := n.ExecSync(ctx, id, []string{"stderr", "oops"}, time.Minute)
	if err != nil || string(errs) != "oops\n" {
		t.Errorf("stderr %q, %v", errs, err)
	}
	if got := n.output(id, "pwd"); got != "/srv/deep p 172.16.1.2\n" {
		t.Errorf("directory, host name and address: %q", got)
	}
	if got := n.output(id, "cat"); got != "" {
		t.Errorf("stdin without a client gave %q", got)
	}
	env := n.output(id, "env")
	for _, want := range []string{"FROM=pod\n", "PATH=/bin\n", "HOSTNAME=p\n", "HOME=/\n"} {
		if strings.Count(env, want) != 1 {
			t.Errorf("environment %q lacks one %q", env, want)
		}
	}
	if strings.Contains(env, "FROM=image") {
		t.Error("the image's value hides the pod's")
	}
	if got := n.output(id, ProbeCommand, "x"); got != "probing 172.16.1.2 as [x]" {
		t.Errorf("probe said %q", got)
	}
	var exit utilexec.ExitError
	if _, _, err := n.ExecSync(ctx, id, []string{"exit", "5"}, 0); !errors.As(err, &exit) || exit.ExitStatus() != 5 {
		t.Errorf("exit 5: got %v", err)
	}
	if _, _, err := n.ExecSync(ctx, id, []string{"crash"}, 0); !errors.As(err, &exit) || exit.ExitStatus() != 2 {
		t.Errorf("crash: got %v, want exit 2", err)
	}
	if _, _, err := n.ExecSync(ctx, id, []string{"foo"}, 0); err == nil || !strings.HasSuffix(err.Error(), `exec: "foo": executable file not found in $PATH`) {
		t.Errorf("missing program: got %v", err)
	}
	if _, _, err := n.ExecSync(ctx, id, []string{"stubborn"}, time.Millisecond); !errors.Is(err, remote.ErrCommandTimedOut) {
		t.Errorf("timeout: got %v, want ErrCommandTimedOut", err)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, _, err := n.ExecSync(cancelled, id, []string{"stubborn"}, time.Minute); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled call: got %v", err)
	}
}

func TestExecNeedsARunningContainer(t *testing.T) {
	t.Parallel()
	n := newNode(t, t.TempDir())
	id := n.create(n.pod("p"), "main")
	for _, step := range []string{"created", "exited"} {
		if _, _, err := n.ExecSync(t.Context(), id, []string{"echo"}, 0); status.Code(err) != codes.FailedPrecondition {
			t.Errorf("exec in a container that is %s: got %v", step, err)
		}
		if _, err := n.Exec(t.Context(), &runtimeapi.ExecRequest{ContainerId: id, Cmd: []string{"echo"}, Stdout: true}); err == nil {
			t.Errorf("stream to a container that is %s", step)
		}
		if step == "created" {
			n.must(n.StartContainer(t.Context(), id))
			n.must(n.StopContainer(t.Context(), id, 0))
		}
	}
	if _, _, err := n.ExecSync(t.Context(), "nobody", []string{"echo"}, 0); status.Code(err) != codes.NotFound {
		t.Errorf("exec in no container: got %v", err)
	}
}

func TestProcessesOfAContainer(t *testing.T) {
	t.Parallel()
	n := newNode(t, t.TempDir())
	id := n.run(n.pod("p"), "main")
	if got := n.output(id, "ps"); got != "1 wait\n2 ps\n" {
		t.Errorf("ps shows %q", got)
	}
	n.output(id, "kill", "9", "1") // ignored, as on Linux
	n.output(id, "kill", "0", "1")
	if _, _, err := n.ExecSync(t.Context(), id, []string{"kill", "15", "99"}, 0); err == nil {
		t.Error("a signal to no process succeeded")
	}
	// The signal may end the container, and with it kill itself, at once.
	_, _, _ = n.ExecSync(t.Context(), id, []string{"kill", "15", "1"}, 0)
	if st := n.exited(id); st.GetExitCode() != 143 {
		t.Errorf("after SIGTERM from inside: exit %d, want 143", st.GetExitCode())
	}
}

func TestExecEndsWithItsContainer(t *testing.T) {
	t.Parallel()
	n := newNode(t, t.TempDir())
	id := n.run(n.pod("p"), "main")
	result := make(chan error, 1)
	go func() {
		_, _, err := n.ExecSync(t.Context(), id, []string{"stubborn"}, 0)
		result <- err
	}()
	for n.output(id, "ps") == "" || !strings.Contains(n.output(id, "ps"), "stubborn") {
		if t.Context().Err() != nil {
			t.Fatal("the executed process never showed")
		}
	}
	n.must(n.StopContainer(t.Context(), id, 0))
	var exit utilexec.ExitError
	if err := <-result; !errors.As(err, &exit) || exit.ExitStatus() != 137 {
		t.Errorf("exec in a killed container: got %v, want exit 137", err)
	}
}

func TestContainersOfAPodShareItsNetwork(t *testing.T) {
	t.Parallel()
	n := newNode(t, t.TempDir())
	pod := n.pod("web", func(c *runtimeapi.PodSandboxConfig) {
		c.PortMappings = []*runtimeapi.PortMapping{{ContainerPort: 80, HostPort: 8080}}
	})
	server := n.run(pod, "server", args("listen", "80"))
	n.logged(server, "listening")
	client := n.run(pod, "client")
	other := n.run(n.pod("other"), "main")
	for name, from := range map[string]struct{ id, to string }{
		"localhost": {client, "localhost:80"}, "pod address": {other, "172.16.1.2:80"}, "host port": {other, "192.168.56.101:8080"},
	} {
		if got := n.output(from.id, "fetch", from.to); got != "HELLO\n" {
			t.Errorf("by %s: %q", name, got)
		}
	}
	second := n.run(pod, "second", args("listen", "80"))
	if st := n.exited(second); st.GetExitCode() != 1 {
		t.Errorf("second listener on the port: exit %d, want 1", st.GetExitCode())
	}
	n.logged(second, "address already in use")
	n.must(n.StopContainer(t.Context(), server, 0))
	restarted := n.run(pod, "server", args("listen", "80"), func(c *runtimeapi.ContainerConfig) { c.Metadata.Attempt = 1 })
	n.logged(restarted, "listening")
	n.must(n.StopPodSandbox(t.Context(), pod))
	if _, err := n.net.Dial(t.Context(), netip.MustParseAddrPort("172.16.1.2:80")); err == nil {
		t.Error("a stopped pod still answers")
	}
}
