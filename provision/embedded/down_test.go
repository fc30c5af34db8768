package embedded

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/labctl-dev/labctl/internal/event"
	"github.com/labctl-dev/labctl/internal/execx"
	"github.com/labctl-dev/labctl/internal/kube"
	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/provision"
	"github.com/labctl-dev/labctl/provision/embedded/labfile"
)

// broken returns a provider whose control plane cannot start, and a lab for it.
// What happens around a control plane needs no control plane.
func broken(t *testing.T) (*Provider, provision.Lab) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	root, err := os.MkdirTemp("", "lab") //nolint:usetesting // t.TempDir's path may be too long for sockets
	if err != nil {
		t.Fatal(err)
	}
	lab := provision.Lab{Name: "test", Dir: filepath.Join(root, "test")}
	p := New(Options{Plane: self, SupervisorCommand: []string{self, "supervise"}, Environ: []string{"HTTP_PROXY=http://127.0.0.1:1"}})
	t.Cleanup(func() {
		pid := 0
		if held, err := supervisorPID(lab.Dir); err == nil && held != nil {
			pid = held.PID
		}
		if pid > 0 {
			_ = execx.KillByID(pid)
		}
		_ = os.RemoveAll(root)
	})
	return p, lab
}

func wantReason(t *testing.T, err error, want reason.ID) *reason.Error {
	t.Helper()
	known := reason.Of(err)
	if err == nil || known.Reason.ID != want {
		t.Fatalf("error %v, want reason %s", err, want)
	}
	return known
}

// crashing brings a lab up as far as it gets: a supervisor over components that
// keep crashing.
func crashing(t *testing.T) (*Provider, provision.Lab) {
	t.Helper()
	p, lab := broken(t)
	failed := wantReason(t, p.Up(t.Context(), lab, provision.DefaultPlan(), event.Discard()), reason.ComponentFailed)
	if failed.Args["component"] != "etcd" || !strings.Contains(failed.Args["detail"], "executable file not found") {
		t.Fatalf("arguments %v", failed.Args)
	}
	return p, lab
}

func TestUpNamesTheComponentThatKeepsCrashing(t *testing.T) {
	t.Parallel()
	p, lab := crashing(t)
	status, err := p.Status(t.Context(), lab)
	if err != nil || status.State != provision.Starting || status.Components[0].Restarts < maxCrashes-1 {
		t.Errorf("got %+v, %v", status, err)
	}
	wantReason(t, p.Up(t.Context(), lab, provision.DefaultPlan(), event.Discard()), reason.ComponentFailed)
	if err := p.Down(t.Context(), lab, event.Discard()); err != nil {
		t.Fatal(err)
	}
	if status, err := p.Status(t.Context(), lab); err != nil || status.State != provision.Stopped {
		t.Errorf("got %+v, %v", status, err)
	}
}

func TestDestroyOfADamagedLabThatRuns(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(t *testing.T, lab provision.Lab){
		"record damaged": func(t *testing.T, lab provision.Lab) { overwrite(t, lab, labfile.Name, "{") },
		"record newer":   func(t *testing.T, lab provision.Lab) { overwrite(t, lab, labfile.Name, `{"format":99}`) },
		"record and supervisor's file damaged": func(t *testing.T, lab provision.Lab) {
			overwrite(t, lab, labfile.Name, "")
			overwrite(t, lab, "supervisor.json", "")
		},
		"socket lost": func(t *testing.T, lab provision.Lab) {
			if err := os.RemoveAll(filepath.Join(lab.Dir, "run")); err != nil {
				t.Fatal(err)
			}
		},
		"supervisor killed": func(t *testing.T, lab provision.Lab) {
			held, err := supervisorPID(lab.Dir)
			if err != nil || held == nil {
				t.Fatalf("no supervisor: %v", err)
			}
			if err := execx.KillByID(held.PID); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, lab := crashing(t)
			held, err := supervisorPID(lab.Dir)
			if err != nil || held == nil {
				t.Fatalf("no supervisor: %v", err)
			}
			damage(t, lab)
			if err := p.Destroy(t.Context(), lab, event.Discard()); err != nil {
				t.Fatal(err)
			}
			entries, err := os.ReadDir(filepath.Dir(lab.Dir))
			if err != nil || len(entries) != 0 {
				t.Errorf("%v stayed (%v)", entries, err)
			}
			if err := kube.Until(t.Context(), retry, func(context.Context) error {
				if execx.Alive(held.PID) {
					return errors.New("the supervisor still runs")
				}
				return nil
			}); err != nil {
				t.Error(err)
			}
		})
	}
}

func overwrite(t *testing.T, lab provision.Lab, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(lab.Dir, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestDownOfANewerLabTouchesNothing(t *testing.T) {
	t.Parallel()
	p, lab := broken(t)
	if err := os.MkdirAll(lab.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	overwrite(t, lab, labfile.Name, `{"format":99}`)
	wantReason(t, p.Down(t.Context(), lab, event.Discard()), reason.LabNewer)
	wantReason(t, p.Up(t.Context(), lab, provision.DefaultPlan(), event.Discard()), reason.LabNewer)
	if data, err := os.ReadFile(filepath.Join(lab.Dir, labfile.Name)); string(data) != `{"format":99}` {
		t.Errorf("the record is %q now (%v)", data, err)
	}
}

func TestDestroyRefusesWhatIsNotOurs(t *testing.T) {
	t.Parallel()
	p, lab := broken(t)
	if err := os.MkdirAll(lab.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	overwrite(t, lab, "thesis.txt", "years of work")
	wantReason(t, p.Destroy(t.Context(), lab, event.Discard()), reason.LabForeign)
	wantReason(t, p.Up(t.Context(), lab, provision.DefaultPlan(), event.Discard()), reason.LabForeign)
	if _, err := os.Stat(filepath.Join(lab.Dir, "thesis.txt")); err != nil {
		t.Error(err)
	}
}

func TestDestroyOfAHalfMadeLab(t *testing.T) {
	t.Parallel()
	p, lab := broken(t)
	if err := os.MkdirAll(lab.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	overwrite(t, lab, "."+labfile.Name+".123", "{")
	if err := p.Destroy(t.Context(), lab, event.Discard()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(lab.Dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the directory stayed: %v", err)
	}
}

func TestRemoveRunDirRemovesOnlyOurs(t *testing.T) {
	t.Parallel()
	for name, gone := range map[string]bool{runDirPrefix + "1": true, "documents": false} {
		dir := filepath.Join(t.TempDir(), name)
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := removeRunDir(dir); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Lstat(dir); errors.Is(err, os.ErrNotExist) != gone {
			t.Errorf("%s: %v", name, err)
		}
	}
}

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
	defer other.Close() //nolint:errcheck // a test's listener
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
