package embedded

import (
	"context"
	"errors"
	"os"
	"path/filepath"
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
	if err != nil || status.State != provision.Starting || byName(status)["etcd"].Restarts < 1 {
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
