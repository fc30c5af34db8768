package node

import (
	"os"
	"path/filepath"
	"testing"

	"k8s.io/kubernetes/pkg/volume/util/subpath"
)

func TestPathsStayInsideTheNode(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	tests := []struct{ path, want string }{
		{"/etc/hosts", filepath.Join(root, "etc", "hosts")},
		{"/../../etc/passwd", filepath.Join(root, "etc", "passwd")},
		{filepath.Join(root, "var"), filepath.Join(root, "var")},
		{root, root},
		{root + "-other/x", filepath.Join(root, root+"-other/x")},
	}
	for _, tt := range tests {
		if got := inside(root, tt.path); got != tt.want {
			t.Errorf("inside(%q) = %q, want %q", tt.path, got, tt.want)
		}
	}
	if ok, err := (hostUtil{root: root}).PathExists("/etc/passwd"); ok || err != nil {
		t.Errorf("PathExists(/etc/passwd) = %v, %v; want false: that is this computer's", ok, err)
	}
}

func TestSubpathsStayInsideTheirVolume(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	volume := filepath.Join(dir, "volume")
	if err := os.MkdirAll(filepath.Join(volume, "ok"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(dir, filepath.Join(volume, "leak")); err != nil {
		t.Fatal(err)
	}
	if got, _, err := (subpaths{}).PrepareSafeSubpath(subpath.Subpath{VolumePath: volume, Path: filepath.Join(volume, "ok")}); err != nil || got != filepath.Join(volume, "ok") {
		t.Errorf("PrepareSafeSubpath(ok) = %q, %v", got, err)
	}
	for _, bad := range []string{"leak", "leak/volume", "..", "absent"} {
		if _, _, err := (subpaths{}).PrepareSafeSubpath(subpath.Subpath{VolumePath: volume, Path: filepath.Join(volume, bad)}); err == nil {
			t.Errorf("PrepareSafeSubpath(%q): no error", bad)
		}
	}
	if err := (subpaths{}).SafeMakeDir("leak/made", volume, 0o700); err == nil {
		t.Error("SafeMakeDir followed a link out of its volume")
	}
	if err := (subpaths{}).SafeMakeDir("deep/er", volume, 0o700); err != nil {
		t.Errorf("SafeMakeDir: %v", err)
	}
}

func TestMounterForgetsItsActions(t *testing.T) {
	t.Parallel()
	m := newMounter()
	for range 3 {
		if err := m.Mount("tmpfs", "/x", "tmpfs", nil); err != nil {
			t.Fatal(err)
		}
		if points, err := m.List(); err != nil || len(points) != 1 {
			t.Fatalf("List = %v, %v; want the one mount", points, err)
		}
		if err := m.Unmount("/x"); err != nil {
			t.Fatal(err)
		}
	}
	if log := m.GetLog(); len(log) != 0 {
		t.Errorf("%d actions kept; a node that runs for weeks would grow", len(log))
	}
}
