package embedded

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/labctl-dev/labctl/internal/event"
	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/provision"
	"github.com/labctl-dev/labctl/provision/embedded/labfile"
)

func TestBusyPort(t *testing.T) {
	t.Parallel()
	p, lab := crashing(t)
	if err := p.Down(t.Context(), lab, event.Discard()); err != nil {
		t.Fatal(err)
	}
	record, err := labfile.Load(lab)
	if err != nil {
		t.Fatal(err)
	}
	other, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(record.Ports["etcd"]))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	busy := wantReason(t, p.Up(t.Context(), lab, provision.DefaultPlan(), event.Discard()), reason.PortBusy)
	if busy.Args["port"] != strconv.Itoa(record.Ports["etcd"]) {
		t.Errorf("arguments %v, want port %d", busy.Args, record.Ports["etcd"])
	}
	p.options.NewPorts = true
	wantReason(t, p.Up(t.Context(), lab, provision.DefaultPlan(), event.Discard()), reason.ComponentFailed)
	after, err := labfile.Load(lab)
	if err != nil || after.Ports["etcd"] == record.Ports["etcd"] || after.UID != record.UID {
		t.Errorf("record %+v, %v", after, err)
	}
}

func TestLongDirectoryGetsSocketsElsewhere(t *testing.T) {
	t.Parallel()
	p, lab := broken(t)
	lab.Dir = filepath.Join(filepath.Dir(lab.Dir), strings.Repeat("d", 80), "test")
	t.Cleanup(func() {
		if err := p.Destroy(t.Context(), lab, event.Discard()); err != nil {
			t.Log(err)
		}
	})
	wantReason(t, p.Up(t.Context(), lab, provision.DefaultPlan(), event.Discard()), reason.ComponentFailed)
	record, err := labfile.Load(lab)
	if err != nil || record.RunDir == "" {
		t.Fatalf("record %+v, %v", record, err)
	}
	info, err := os.Stat(record.RunDir)
	if err != nil || (runtime.GOOS != "windows" && info.Mode().Perm() != 0o700) {
		t.Errorf("run directory %v, %v", info, err)
	}
	if err := p.Destroy(t.Context(), lab, event.Discard()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(record.RunDir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the run directory stayed: %v", err)
	}
}

func TestBusyLab(t *testing.T) {
	t.Parallel()
	p, lab := broken(t)
	if err := os.MkdirAll(lab.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	lock, err := labfile.Lock(lab)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Release() //nolint:errcheck // the test is over
	for name, err := range map[string]error{
		"up":      p.Up(t.Context(), lab, provision.DefaultPlan(), event.Discard()),
		"down":    p.Down(t.Context(), lab, event.Discard()),
		"destroy": p.Destroy(t.Context(), lab, event.Discard()),
	} {
		if busy := wantReason(t, err, reason.LabBusy); busy.Args["pid"] != strconv.Itoa(os.Getpid()) {
			t.Errorf("%s: arguments %v", name, busy.Args)
		}
	}
}

func TestMissingPlane(t *testing.T) {
	t.Parallel()
	p, lab := broken(t)
	p.options.Plane = filepath.Join(lab.Dir, "labctl-plane")
	wantReason(t, p.Up(t.Context(), lab, provision.DefaultPlan(), event.Discard()), reason.PlaneMissing)
	if _, err := os.Lstat(lab.Dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("something was made all the same: %v", err)
	}
}

func TestProxiesAreLeftOut(t *testing.T) {
	t.Parallel()
	got := withoutProxies([]string{"PATH=/bin", "http_proxy=x", "HTTPS_PROXY=x", "no_proxy=x", "KUBECONFIG=x", "HOME=/h"})
	if strings.Join(got, " ") != "PATH=/bin HOME=/h" {
		t.Errorf("got %v", got)
	}
	if got := withoutProxies(nil); got == nil {
		t.Error("an empty environment became the caller's")
	}
}

func TestLogFollowsARotation(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.log")
	source := &logSource{path: path}
	defer source.close()
	var out strings.Builder
	read := func(want string) {
		t.Helper()
		if err := source.copyTo(&out); err != nil || out.String() != want {
			t.Errorf("read %q (%v), want %q", out.String(), err, want)
		}
	}
	read("")
	write := func(text string) {
		t.Helper()
		file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		_, err = file.WriteString(text)
		if err := errors.Join(err, file.Close()); err != nil {
			t.Fatal(err)
		}
	}
	write("a")
	read("a")
	write("b")
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	write("c")
	read("abc")
}
