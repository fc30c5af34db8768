package execx

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/goleak"
)

// TestMain makes this binary also the programs that tests start.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "program" {
		program(os.Args[2])
	}
	goleak.VerifyTestMain(m)
}

func program(what string) {
	switch what {
	case "fail":
		fmt.Println("to stdout")
		fmt.Fprintln(os.Stderr, "error: no such box")
		os.Exit(7)
	case "echo":
		_, _ = io.Copy(os.Stdout, os.Stdin)
	case "env":
		fmt.Println(os.Getenv("A"), os.Getenv("B"))
	case "deaf":
		signal.Ignore(syscall.SIGTERM)
		fmt.Println("ready")
		select {}
	case "tied":
		fmt.Println("ready")
		_, _ = io.Copy(io.Discard, os.Stdin)
	}
	os.Exit(0)
}

func self(t *testing.T, what string) Cmd {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Cmd{Path: path, Args: []string{"program", what}}
}

func TestRunSaysWhatFailed(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	c := self(t, "fail")
	c.Stdout = &out
	err := Run(t.Context(), c)
	var failed *RunError
	if !errors.As(err, &failed) {
		t.Fatalf("got %v", err)
	}
	if failed.ExitCode != 7 || !strings.Contains(failed.Tail, "to stdout") || !strings.HasSuffix(failed.Error(), "program fail: exit code 7: error: no such box") {
		t.Errorf("got %q, %+v", failed.Error(), failed)
	}
	if out.String() != "to stdout\n" {
		t.Errorf("stdout %q", out.String())
	}
}

func TestRunOfAMissingProgram(t *testing.T) {
	t.Parallel()
	err := Run(t.Context(), Cmd{Path: filepath.Join(t.TempDir(), "none")})
	var failed *RunError
	if !errors.As(err, &failed) || failed.ExitCode != -1 || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestRunPassesStdinAndEnvironment(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	c := self(t, "echo")
	c.Stdin, c.Stdout = strings.NewReader("hello"), &out
	if err := Run(t.Context(), c); err != nil || out.String() != "hello" {
		t.Errorf("got %q, %v", out.String(), err)
	}
	out.Reset()
	c = self(t, "env")
	c.Env, c.AddEnv, c.Stdout = []string{"A=1", "B=2"}, []string{"B=3"}, &out
	if err := Run(t.Context(), c); err != nil || out.String() != "1 3\n" {
		t.Errorf("got %q, %v", out.String(), err)
	}
}

// firstWrite closes itself at the first write.
type firstWrite chan struct{}

func (f firstWrite) Write(p []byte) (int, error) {
	select {
	case <-f:
	default:
		close(f)
	}
	return len(p), nil
}

func TestRunEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	c, ready := self(t, "deaf"), make(firstWrite)
	c.Stdout = ready
	go func() { <-ready; cancel() }()
	err := Run(ctx, c)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestLauncher(t *testing.T) {
	t.Parallel()
	launcher := NewLauncher()
	defer launcher.Close()
	for _, tc := range []struct {
		program string
		end     func(*Process) error
		clean   bool
	}{
		{"deaf", (*Process).Kill, false},
		{"tied", (*Process).Terminate, false},
		{"tied", func(p *Process) error { return p.lifeline.Close() }, true},
	} {
		c, ready := self(t, tc.program), make(firstWrite)
		c.Stdout = ready
		p, err := launcher.Start(c)
		if err != nil {
			t.Fatal(err)
		}
		<-ready
		if !Alive(p.PID()) {
			t.Errorf("%s is not alive", tc.program)
		}
		if err := tc.end(p); err != nil {
			t.Errorf("%s: %v", tc.program, err)
		}
		<-p.Done()
		if clean := p.Err() == nil; clean != tc.clean {
			t.Errorf("%s ended with %v", tc.program, p.Err())
		}
		if Alive(p.PID()) {
			t.Errorf("%s is alive after its end", tc.program)
		}
		if err := errors.Join(p.Kill(), p.Terminate()); err != nil {
			t.Errorf("ending an ended process: %v", err)
		}
	}
	if _, err := launcher.Start(Cmd{Path: filepath.Join(t.TempDir(), "none")}); err == nil {
		t.Error("a missing program was started")
	}
}

func TestTailKeepsTheEnd(t *testing.T) {
	t.Parallel()
	var tail Tail
	for i := range 3000 {
		fmt.Fprintf(&tail, "line %d\n", i)
	}
	if got := tail.String(); len(got) != TailSize || LastLine(got) != "line 2999" {
		t.Errorf("%d bytes, last line %q", len(got), LastLine(got))
	}
	for text, want := range map[string]string{"": "", "\n \n": "", "a": "a", "a\nb \n\n": "b"} {
		if got := LastLine(text); got != want {
			t.Errorf("LastLine(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestSignalsNeedAnIdentifier(t *testing.T) {
	t.Parallel()
	for _, pid := range []int{-1, 0, 1} {
		if KillByID(pid) == nil || TerminateByID(pid) == nil {
			t.Errorf("identifier %d was accepted", pid)
		}
	}
}
