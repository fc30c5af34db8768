package embedded

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"

	"github.com/labctl-dev/labctl/provision/embedded/component"
	"github.com/labctl-dev/labctl/provision/embedded/supervisor"
)

// realPlane names the environment variable with a real labctl-plane; the tests
// that need a control plane use its etcd and Kubernetes components, and this
// test binary's own nodes and gateway.
const realPlane = "LABCTL_PLANE"

// TestMain makes this binary also the supervisor and the program the supervisor
// starts.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "supervise":
			exit(supervisor.Main(terminated(), os.Args[2]))
		case "node":
			lifeline()
			exit(fakeNode(terminated(), os.Args[3]))
		case "gateway":
			lifeline()
			exit(fakeGateway(terminated(), os.Args[3]))
		case "etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler":
			exit(passOn())
		}
	}
	os.Exit(m.Run())
}

func terminated() context.Context {
	ctx, _ := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	return ctx
}

// lifeline is internal/plane's Lifeline, which this side may not import.
func lifeline() {
	if "LABCTL_LIFELINE="+os.Getenv("LABCTL_LIFELINE") == component.Held {
		if _, err := io.ReadFull(os.Stdin, make([]byte, 1)); err != nil {
			os.Exit(3)
		}
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(3)
	}()
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// passOn becomes the real component, so that it has the process identifier and
// the signals of this one.
func passOn() error {
	path, err := exec.LookPath(os.Getenv(realPlane))
	if err != nil {
		return err
	}
	return syscall.Exec(path, append([]string{path}, os.Args[1:]...), os.Environ())
}
