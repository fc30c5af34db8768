package simruntime

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/remotecommand"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
	utilexec "k8s.io/utils/exec"
)

// buffer is a bytes.Buffer one side writes while the other looks, with a wake-up.
type buffer struct {
	mu    sync.Mutex
	buf   bytes.Buffer
	wrote chan struct{}
}

func newBuffer() *buffer { return &buffer{wrote: make(chan struct{}, 1)} }

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case b.wrote <- struct{}{}:
	default:
	}
	return b.buf.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func (b *buffer) until(t *testing.T, text string) {
	t.Helper()
	limit := time.NewTimer(20 * time.Second)
	defer limit.Stop()
	for !strings.Contains(b.String(), text) {
		select {
		case <-b.wrote:
		case <-limit.C:
			t.Fatalf("stream said %q, want %q", b.String(), text)
		}
	}
}

func executor(t *testing.T, rawURL string) remotecommand.Executor {
	t.Helper()
	target, err := url.Parse(rawURL)
	if err != nil {
		t.Fatal(err)
	}
	if host, _, _ := net.SplitHostPort(target.Host); host != "127.0.0.1" {
		t.Errorf("streams are served at %s, want the loopback interface only", target.Host)
	}
	e, err := remotecommand.NewSPDYExecutor(&rest.Config{Host: target.Host}, http.MethodPost, target)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestExecStream(t *testing.T) {
	t.Parallel()
	n := newNode(t, t.TempDir())
	id := n.run(n.pod("p"), "main")
	tests := []struct {
		name      string
		argv      []string
		stdin     string
		out, errs string
		code      int
		failure   string
	}{
		{name: "stdout", argv: []string{"echo", "hello"}, out: "hello\n"},
		{name: "stderr", argv: []string{"stderr", "oops"}, errs: "oops\n"},
		{name: "stdin to its end", argv: []string{"cat"}, stdin: strings.Repeat("abc\n", 100_000), out: strings.Repeat("abc\n", 100_000)},
		{name: "exit code", argv: []string{"exit", "42"}, code: 42},
		{name: "no such program", argv: []string{"foo"}, failure: `exec: "foo": executable file not found in $PATH`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			req := &runtimeapi.ExecRequest{ContainerId: id, Cmd: tt.argv, Stdin: tt.stdin != "", Stdout: true, Stderr: true}
			resp, err := n.Exec(t.Context(), req)
			n.must(err)
			out, errs := newBuffer(), newBuffer()
			options := remotecommand.StreamOptions{Stdout: out, Stderr: errs}
			if tt.stdin != "" {
				options.Stdin = strings.NewReader(tt.stdin)
			}
			err = executor(t, resp.GetUrl()).StreamWithContext(t.Context(), options)
			var exit utilexec.ExitError
			switch {
			case tt.failure != "":
				if err == nil || !strings.Contains(err.Error(), tt.failure) {
					t.Errorf("got %v, want %q", err, tt.failure)
				}
			case tt.code != 0:
				if !errors.As(err, &exit) || exit.ExitStatus() != tt.code {
					t.Errorf("got %v, want exit %d", err, tt.code)
				}
			case err != nil:
				t.Error(err)
			}
			if out.String() != tt.out || errs.String() != tt.errs {
				t.Errorf("stdout %d bytes, stderr %q; want %d bytes and %q", len(out.String()), errs.String(), len(tt.out), tt.errs)
			}
			if err := executor(t, resp.GetUrl()).StreamWithContext(t.Context(), options); err == nil {
				t.Error("the URL worked twice")
			}
		})
	}
}

type oneSize struct {
	sizes chan *remotecommand.TerminalSize
}

func (s oneSize) Next() *remotecommand.TerminalSize { return <-s.sizes }

func TestExecStreamTerminalSize(t *testing.T) {
	t.Parallel()
	n := newNode(t, t.TempDir())
	id := n.run(n.pod("p"), "main")
	resp, err := n.Exec(t.Context(), &runtimeapi.ExecRequest{ContainerId: id, Cmd: []string{"size"}, Stdin: true, Stdout: true, Tty: true})
	n.must(err)
	sizes := oneSize{make(chan *remotecommand.TerminalSize, 1)}
	sizes.sizes <- &remotecommand.TerminalSize{Width: 132, Height: 43}
	defer close(sizes.sizes)
	in, hold := io.Pipe()
	defer hold.Close()
	out := newBuffer()
	err = executor(t, resp.GetUrl()).StreamWithContext(t.Context(), remotecommand.StreamOptions{
		Stdin: in, Stdout: out, Tty: true, TerminalSizeQueue: sizes,
	})
	if err != nil || out.String() != "132x43 tty=true\n" {
		t.Errorf("got %q, %v", out.String(), err)
	}
}

func TestAttachStream(t *testing.T) {
	t.Parallel()
	n := newNode(t, t.TempDir())
	id := n.run(n.pod("p"), "main", args("cat"), func(c *runtimeapi.ContainerConfig) { c.Stdin, c.StdinOnce = true, true })
	resp, err := n.Attach(t.Context(), &runtimeapi.AttachRequest{ContainerId: id, Stdin: true, Stdout: true, Stderr: true})
	n.must(err)
	in, typed := io.Pipe()
	out := newBuffer()
	ended := make(chan error, 1)
	go func() {
		ended <- executor(t, resp.GetUrl()).StreamWithContext(t.Context(), remotecommand.StreamOptions{Stdin: in, Stdout: out, Stderr: io.Discard})
	}()
	_, err = io.WriteString(typed, "one\n")
	n.must(err)
	out.until(t, "one\n")
	n.logged(id, "stdout F one\n")
	_, err = io.WriteString(typed, "two\n")
	n.must(err)
	n.must(typed.Close())
	if err := <-ended; err != nil {
		t.Errorf("attach ended with %v", err)
	}
	if got := out.String(); got != "one\ntwo\n" {
		t.Errorf("attached client saw %q", got)
	}
	if st := n.exited(id); st.GetExitCode() != 0 {
		t.Errorf("container ended with %d after its only input did", st.GetExitCode())
	}
}

func TestAttachLeavesTheContainerRunning(t *testing.T) {
	t.Parallel()
	n := newNode(t, t.TempDir())
	id := n.run(n.pod("p"), "main", args("cat"), func(c *runtimeapi.ContainerConfig) { c.Stdin = true })
	for _, line := range []string{"first\n", "second\n"} {
		resp, err := n.Attach(t.Context(), &runtimeapi.AttachRequest{ContainerId: id, Stdin: true, Stdout: true})
		n.must(err)
		in, typed := io.Pipe()
		out := newBuffer()
		ended := make(chan error, 1)
		go func() {
			ended <- executor(t, resp.GetUrl()).StreamWithContext(t.Context(), remotecommand.StreamOptions{Stdin: in, Stdout: out})
		}()
		_, err = io.WriteString(typed, line)
		n.must(err)
		out.until(t, line)
		n.must(typed.Close())
		if err := <-ended; err != nil {
			t.Errorf("detaching: %v", err)
		}
		if got := n.status(id).GetState(); got != runtimeapi.ContainerState_CONTAINER_RUNNING {
			t.Fatalf("container is %v after a client left", got)
		}
	}
}

func TestCloseEndsStreams(t *testing.T) {
	t.Parallel()
	n := newNode(t, t.TempDir())
	id := n.run(n.pod("p"), "main")
	resp, err := n.Exec(t.Context(), &runtimeapi.ExecRequest{ContainerId: id, Cmd: []string{"wait"}, Stdout: true})
	n.must(err)
	out := newBuffer()
	ended := make(chan error, 1)
	go func() {
		ended <- executor(t, resp.GetUrl()).StreamWithContext(t.Context(), remotecommand.StreamOptions{Stdout: out})
	}()
	out.until(t, "started")
	n.shut()
	<-ended // with whatever error a cut connection gives
	if _, err := n.RunPodSandbox(t.Context(), &runtimeapi.PodSandboxConfig{
		Metadata: &runtimeapi.PodSandboxMetadata{Name: "late", Namespace: "d", Uid: "u"},
	}, ""); err == nil {
		t.Error("a closed runtime made a sandbox")
	}
}
