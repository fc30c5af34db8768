package survive_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/labctl-dev/labctl/internal/labtest"
	"github.com/labctl-dev/labctl/provision"
)

// TestKillAfterUp kills each process of a running lab, one after the other. The
// lab must become whole again by itself, or, where its supervisor was hit, by
// the next `labctl up`; objects survive.
func TestKillAfterUp(t *testing.T) {
	lab := labtest.Up(t)
	lab.Kubectl(t, "create", "configmap", "marker", "--from-literal=kept=yes")
	lab.Kubectl(t, "run", "survivor", "--image=nginx")
	lab.Kubectl(t, "wait", "pod/survivor", "--for=condition=Ready", "--timeout=60s")
	for _, victim := range lab.Status(t).Components {
		t.Run(victim.Name, func(t *testing.T) {
			kill(t, victim.PID)
			if victim.Name == "supervisor" {
				lab.Must(t, "up")
			}
			whole(t, lab, victim)
			if got := lab.Kubectl(t, "get", "configmap", "marker", "-o", "jsonpath={.data.kept}"); got != "yes" {
				t.Errorf("the marker object holds %q after %s was killed", got, victim.Name)
			}
			lab.Kubectl(t, "wait", "pod/survivor", "--for=condition=Ready", "--timeout=120s")
		})
	}
	gone(t, lab)
}

// TestKillDuringUp kills each process as soon as it appears while `labctl up`
// is at work; the command itself or the next one completes the lab.
func TestKillDuringUp(t *testing.T) {
	for _, name := range victims(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lab := labtest.New(t)
			up := lab.Command(t.Context(), "up")
			if err := up.Start(); err != nil {
				t.Fatal(err)
			}
			if name == "labctl" {
				appears(t, lab, "etcd")
				kill(t, up.Process.Pid)
			} else {
				kill(t, appears(t, lab, name))
			}
			first := up.Wait()
			if name != "labctl" && name != "supervisor" && first != nil {
				t.Errorf("labctl up did not survive the death of %s: %v", name, first)
			}
			lab.Must(t, "up")
			ready := lab.Kubectl(t, "get", "nodes", "-o", `jsonpath={.items[*].status.conditions[?(@.type=="Ready")].status}`)
			if ready != "True True True True" {
				t.Errorf("nodes ready: %q", ready)
			}
			gone(t, lab)
		})
	}
}

// victims lists every process of a lab, and labctl itself.
func victims(t *testing.T) []string {
	t.Helper()
	names := []string{"labctl", "supervisor", "etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "gateway"}
	for _, node := range provision.DefaultPlan().Nodes {
		names = append(names, node.Name)
	}
	return names
}

// appears returns the process of a component once it has one.
func appears(t *testing.T, lab *labtest.Lab, name string) int {
	t.Helper()
	var pid int
	until(t, name+" to start", func() bool {
		for _, c := range lab.Status(t).Components {
			if c.Name == name && c.PID != 0 {
				pid = c.PID
				return true
			}
		}
		return false
	})
	return pid
}

// whole waits until every component is healthy and the victim is a new process.
func whole(t *testing.T, lab *labtest.Lab, victim provision.ComponentStatus) {
	t.Helper()
	until(t, "the lab to be whole after "+victim.Name, func() bool {
		status := lab.Status(t)
		if status.State != provision.Ready {
			return false
		}
		for _, c := range status.Components {
			if !c.Healthy || (c.Name == victim.Name && c.PID == victim.PID) {
				return false
			}
		}
		return len(status.Components) > 0
	})
}

func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(2 * time.Minute)
	for !done() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("waited two minutes for %s", what)
		}
	}
}

func kill(t *testing.T, pid int) {
	t.Helper()
	process, err := os.FindProcess(pid)
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) && !errors.Is(err, syscall.ESRCH) {
		t.Fatalf("kill %d: %v", pid, err)
	}
}

// gone destroys the lab and looks for anything it left: files, and on Linux
// processes and sockets, by the lab's directory in their command lines.
func gone(t *testing.T, lab *labtest.Lab) {
	t.Helper()
	lab.Must(t, "destroy", "--yes")
	if entries, err := os.ReadDir(filepath.Join(lab.Home, "labs")); err != nil && !errors.Is(err, fs.ErrNotExist) || len(entries) > 0 {
		t.Errorf("left below labs: %v %v", entries, err)
	}
	if entries, err := os.ReadDir(lab.UserHome); err != nil || len(entries) > 0 {
		t.Errorf("left in the user's home: %v %v", entries, err)
	}
	if runtime.GOOS != "linux" {
		return
	}
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range lines {
		line, err := os.ReadFile(path)
		if err == nil && strings.Contains(string(line), lab.Home) {
			t.Errorf("still running: %s", strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
}
