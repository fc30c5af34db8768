package survive_test

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/labctl-dev/labctl/internal/labtest"
	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/provision"
)

// refused demands one message that names the reason and its fix, and its exit code.
func refused(t *testing.T, result labtest.Result, id reason.ID, says string) {
	t.Helper()
	entry, _ := reason.Lookup(id)
	if result.Exit != int(entry.Exit) {
		t.Errorf("exit %d, want %d (%s)\n%s", result.Exit, entry.Exit, id, result.Stderr)
	}
	if strings.Count(result.Stderr, "labctl: ") != 1 || strings.Count(result.Stderr, "\n  → ") != 1 {
		t.Errorf("want one message with one fix:\n%s", result.Stderr)
	}
	if !strings.Contains(result.Stderr, says) {
		t.Errorf("the message does not name %q:\n%s", says, result.Stderr)
	}
}

func TestRefusalsWithoutALab(t *testing.T) {
	lab := labtest.New(t)
	course := t.TempDir()
	if err := os.CopyFS(course, os.DirFS("../../../labs")); err != nil {
		t.Fatal(err)
	}
	lesson := filepath.Join(course, "ch2", "2.1-pod", "lesson.yaml")
	data, err := os.ReadFile(lesson)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(lesson, []byte(strings.Replace(string(data), "points:", "pionts:", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, lab.Run(t, "course", "lint", course), reason.CourseInvalid, "pionts")
	refused(t, lab.Run(t, "up", "--colour"), reason.UsageWrong, "--colour")
	refused(t, lab.Run(t, "down", "--lab", "Not A Name"), reason.LabNameWrong, "Not A Name")
	refused(t, lab.Run(t, "check", "9.9"), reason.LessonUnknown, "9.9")
	refused(t, lab.Run(t, "kubectl", "get", "pods"), reason.LabAbsent, "default")
}

// TestRefusalsAroundALab meddles with a running lab's record and ports; after
// each refusal the lab is as it was.
func TestRefusalsAroundALab(t *testing.T) {
	lab := labtest.Up(t)
	lab.Kubectl(t, "create", "configmap", "marker", "--from-literal=kept=yes")
	record := filepath.Join(lab.Home, "labs", "default", "lab.json")
	good, err := os.ReadFile(record)
	if err != nil {
		t.Fatal(err)
	}
	write := func(data []byte) {
		t.Helper()
		if err := os.WriteFile(record, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var fields map[string]any
	if err := json.Unmarshal(good, &fields); err != nil {
		t.Fatal(err)
	}
	fields["format"] = 99
	newer, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	write(newer)
	refused(t, lab.Run(t, "up"), reason.LabNewer, "99")
	write(good[:len(good)/2])
	refused(t, lab.Run(t, "up"), reason.LabUnreadable, record)
	write(good)

	lab.Must(t, "down")
	ports, ok := fields["ports"].(map[string]any)
	if !ok {
		t.Fatalf("no ports in %s", good)
	}
	port, ok := ports["etcd"].(float64)
	if !ok {
		t.Fatalf("no etcd port in %v", ports)
	}
	var config net.ListenConfig
	squatter, err := config.Listen(t.Context(), "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(int(port))))
	if err != nil {
		t.Fatal(err)
	}
	refused(t, lab.Run(t, "up"), reason.PortBusy, strconv.Itoa(int(port)))
	_ = squatter.Close()

	first := lab.Command(t.Context(), "up")
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	appears(t, lab, "supervisor")
	refused(t, lab.Run(t, "up"), reason.LabBusy, "default")
	if err := first.Wait(); err != nil {
		t.Errorf("the first up: %v", err)
	}
	if got := lab.Kubectl(t, "get", "configmap", "marker", "-o", "jsonpath={.data.kept}"); got != "yes" {
		t.Errorf("the marker object holds %q", got)
	}
}

// TestFullDisk runs out of space twice, in the certificates and in etcd, and
// goes on once there is room. Only root can make a disk that small.
func TestFullDisk(t *testing.T) {
	if runtime.GOOS != "linux" || os.Getuid() != 0 {
		t.Skip("a small disk of one's own needs root on Linux; the unit tests of safefile and pki inject the error elsewhere")
	}
	lab := labtest.New(t)
	mount(t, "-t", "tmpfs", "-o", "size=64k", "tmpfs", lab.Home)
	t.Cleanup(func() {
		_ = lab.RunContext(context.WithoutCancel(t.Context()), t, nil, "destroy", "--yes")
		if err := exec.Command("umount", lab.Home).Run(); err != nil {
			t.Errorf("umount: %v", err)
		}
	})
	refused(t, lab.Run(t, "up"), reason.DiskFull, lab.Home)
	mount(t, "-o", "remount,size=40m", lab.Home)
	refused(t, lab.Run(t, "up"), reason.DiskFull, lab.Home)
	mount(t, "-o", "remount,size=400m", lab.Home)
	lab.Must(t, "up")
	if got := lab.Status(t).State; got != provision.Ready {
		t.Errorf("state %s with room on the disk", got)
	}
}

func mount(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "mount", args...).CombinedOutput(); err != nil {
		t.Fatalf("mount %v: %v\n%s", args, err, out)
	}
}
