// Package labtest gives tests a real embedded lab: the product's own binaries,
// started by the product's own command, in a directory of the test. It must not
// know what is tested on the lab, and nothing but tests may import it.
package labtest

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/labctl-dev/labctl/provision"
)

// Lab is one lab of one test.
type Lab struct {
	Home     string // LABCTL_HOME
	UserHome string // HOME, empty at first
	Bin      string // the directory of labctl and labctl-plane
	Env      []string
}

// Result is how a command ended.
type Result struct {
	Stdout, Stderr string
	Exit           int
}

// New prepares a home for a lab and sees to it that nothing of it outlives the
// test. It starts nothing.
func New(t testing.TB) *Lab {
	t.Helper()
	lab := &Lab{Home: t.TempDir(), UserHome: t.TempDir(), Bin: Binaries(t)}
	lab.Env = append(os.Environ(), "LABCTL_HOME="+lab.Home, "LABCTL_LANG=en", "HOME="+lab.UserHome, "NO_COLOR=1")
	t.Cleanup(func() {
		// t's own context has ended here.
		result := lab.RunContext(context.WithoutCancel(t.Context()), t, nil, "destroy", "--yes")
		if result.Exit != 0 {
			t.Errorf("destroy: exit %d\n%s", result.Exit, result.Stderr)
		}
	})
	return lab
}

// Up prepares a lab and starts it.
func Up(t testing.TB) *Lab {
	t.Helper()
	lab := New(t)
	lab.Must(t, "up")
	return lab
}

// Run runs labctl with args.
func (l *Lab) Run(t testing.TB, args ...string) Result {
	t.Helper()
	return l.RunContext(t.Context(), t, nil, args...)
}

// Must runs labctl with args and returns its output; anything but success ends the test.
func (l *Lab) Must(t testing.TB, args ...string) string {
	t.Helper()
	result := l.Run(t, args...)
	if result.Exit != 0 {
		t.Fatalf("labctl %s: exit %d\n%s%s", strings.Join(args, " "), result.Exit, result.Stdout, result.Stderr)
	}
	return result.Stdout
}

// Kubectl is Must for `labctl kubectl args`.
func (l *Lab) Kubectl(t testing.TB, args ...string) string {
	t.Helper()
	return l.Must(t, append([]string{"kubectl"}, args...)...)
}

// Command is labctl with args, for tests that steer the process themselves.
func (l *Lab) Command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(l.Bin, exe("labctl")), args...)
	cmd.Env = l.Env
	return cmd
}

// RunContext is Run with a context and standard input of the caller's.
func (l *Lab) RunContext(ctx context.Context, t testing.TB, stdin []byte, args ...string) Result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := l.Command(ctx, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), &stdout, &stderr
	err := cmd.Run()
	if cmd.ProcessState == nil {
		t.Fatalf("labctl %s: %v", strings.Join(args, " "), err)
	}
	return Result{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// Status is `labctl status --json`.
func (l *Lab) Status(t testing.TB) provision.Status {
	t.Helper()
	var status provision.Status
	out := l.Must(t, "status", "--json")
	if err := json.Unmarshal([]byte(out), &status); err != nil {
		t.Fatalf("status: %v\n%s", err, out)
	}
	return status
}

func exe(name string) string {
	if runtime.GOOS == "windows" {
		return name + ".exe"
	}
	return name
}
