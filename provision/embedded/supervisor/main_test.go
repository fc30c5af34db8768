package supervisor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/labctl-dev/labctl/internal/event"
	"github.com/labctl-dev/labctl/internal/execx"
	"github.com/labctl-dev/labctl/provision/embedded/component"
	"github.com/labctl-dev/labctl/provision/embedded/filelock"
)

// TestMain makes this binary also the supervisor and the components of tests.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 {
		ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		defer cancel()
		switch os.Args[1] {
		case "supervise":
			if err := Main(ctx, os.Args[2]); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			os.Exit(0)
		case "component":
			os.Exit(serveHealth(ctx, os.Args[2]))
		}
	}
	goleak.VerifyTestMain(m)
}

// serveHealth is a well-behaved component: healthy, mortal, tied to its lifeline.
func serveHealth(ctx context.Context, socket string) int {
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(3)
	}()
	_ = os.Remove(socket)
	listener, err := net.Listen("unix", socket)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("component is up")
	go http.Serve(listener, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})) //nolint:errcheck // ends with the process
	<-ctx.Done()
	return 0
}

// lab is a lab directory with two components, a and b, where b needs a.
type lab struct {
	dir    string
	config Config
	client *Client
	pid    int
	ended  <-chan struct{}
}

func newLab(t *testing.T) *lab {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "sup") //nolint:usetesting // t.TempDir's path is too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	l := &lab{dir: dir, config: Config{Lab: "test", UID: "uid", Socket: filepath.Join(dir, "s.sock"), LogDir: dir}}
	for _, name := range []string{"a", "b"} {
		socket := filepath.Join(dir, name+".sock")
		l.config.Components = append(l.config.Components, component.Component{
			Name: name, Path: self, Args: []string{"component", socket},
			Health: component.Health{URL: "http://x/healthz", Socket: socket},
		})
	}
	l.config.Components[1].DependsOn = []string{"a"}
	if err := l.config.Save(dir); err != nil {
		t.Fatal(err)
	}
	l.launch(t)
	return l
}

func (l *lab) launch(t *testing.T) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	out, err := os.Create(filepath.Join(l.dir, LogName))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	pid, ended, err := execx.StartDetached(execx.Cmd{Path: self, Args: []string{"supervise", l.dir}}, out)
	if err != nil {
		t.Fatal(err)
	}
	l.pid, l.ended, l.client = pid, ended, NewClient(l.config.Socket)
	t.Cleanup(func() {
		l.client.Close()
		_ = execx.KillByID(pid)
		<-ended
	})
}

// poll asks until ok; the test's own deadline bounds it.
func poll(t *testing.T, what string, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for !ok() {
		if !pause(ctx, 5*time.Millisecond) {
			t.Fatalf("%s did not come", what)
		}
	}
}

func (l *lab) healthy(t *testing.T) Status {
	t.Helper()
	var status Status
	poll(t, "health of all components", func() bool {
		var err error
		status, err = l.client.Status(t.Context())
		if err != nil {
			return false
		}
		for _, c := range status.Components {
			if !c.Healthy {
				return false
			}
		}
		return true
	})
	return status
}

func TestKilledSupervisorTakesItsComponentsAlong(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	status := l.healthy(t)
	if err := execx.KillByID(l.pid); err != nil {
		t.Fatal(err)
	}
	<-l.ended
	for _, c := range status.Components {
		poll(t, "end of "+c.Name, func() bool { return gone(c.PID) })
	}
	l.launch(t)
	if again := l.healthy(t); again.Components[0].PID == status.Components[0].PID {
		t.Error("the new supervisor reports the old process")
	}
}

func TestKilledComponentComesBack(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	before := l.healthy(t)
	if err := execx.KillByID(before.Components[0].PID); err != nil {
		t.Fatal(err)
	}
	poll(t, "the restart", func() bool {
		now := l.healthy(t)
		return now.Components[0].Restarts == 1 && now.Components[0].PID != before.Components[0].PID
	})
	if now := l.healthy(t); now.Components[1].PID != before.Components[1].PID {
		t.Error("a component was restarted because another crashed")
	}
}

func TestSecondSupervisorIsRefused(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.healthy(t)
	err := Main(t.Context(), l.dir)
	var held *filelock.HeldError
	if !errors.As(err, &held) || held.PID != l.pid {
		t.Errorf("got %v, want the lock to be held by %d", err, l.pid)
	}
}

func TestStopEndsEverything(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	before := l.healthy(t)
	var last []event.Event
	told := make(chan struct{})
	go func() {
		defer close(told)
		_ = l.client.Events(t.Context(), event.Func(func(e event.Event) { last = append(last, e) }))
	}()
	if err := l.client.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-told
	<-l.ended
	for _, c := range before.Components {
		if !gone(c.PID) {
			t.Errorf("%s still runs", c.Name)
		}
	}
	if e := last[len(last)-1]; e.Verb != "down" || e.State != event.Done {
		t.Errorf("last event %+v, want the end of a component", e)
	}
	for _, left := range []string{l.config.Socket, filepath.Join(l.dir, LockName)} {
		if _, err := os.Lstat(left); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is still there", left)
		}
	}
}

func TestCommands(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	before := l.healthy(t)
	if err := l.client.Command(t.Context(), "a", "stop"); err != nil {
		t.Fatal(err)
	}
	now, err := l.client.Status(t.Context())
	if err != nil || now.Components[0].State != Stopped || !gone(before.Components[0].PID) {
		t.Errorf("after stop: %+v, %v", now.Components[0], err)
	}
	if err := l.client.Command(t.Context(), "a", "start"); err != nil {
		t.Fatal(err)
	}
	started := l.healthy(t)
	if err := l.client.Command(t.Context(), "a", "restart"); err != nil {
		t.Fatal(err)
	}
	if again := l.healthy(t); again.Components[0].PID == started.Components[0].PID || again.Components[0].Restarts != 0 {
		t.Errorf("after restart: %+v", again.Components[0])
	}
	if err := l.client.Command(t.Context(), "z", "stop"); err == nil {
		t.Error("an unknown component was accepted")
	}
	if err := l.client.Command(t.Context(), "a", "paint"); err == nil {
		t.Error("an unknown verb was accepted")
	}
	if err := l.client.Proven(t.Context()); err != nil {
		t.Fatal(err)
	}
	if status := l.healthy(t); !status.Proven || status.UID != "uid" || status.PID != l.pid {
		t.Errorf("got %+v", status)
	}
	data, err := os.ReadFile(LogFile(l.dir, "a"))
	if err != nil || len(data) == 0 {
		t.Errorf("log of a: %q, %v", data, err)
	}
}

// gone also takes a zombie for gone: the components of a killed supervisor
// belong to whatever process adopts orphans here, which may never collect them.
func gone(pid int) bool {
	if !execx.Alive(pid) {
		return true
	}
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	var id int
	var name, state string
	_, err = fmt.Sscan(string(data), &id, &name, &state)
	return err == nil && state == "Z"
}
