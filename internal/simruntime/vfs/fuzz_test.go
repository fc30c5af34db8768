package vfs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/labctl-dev/labctl/internal/simruntime/vfs"
)

// FuzzNames holds that no name reads, makes, moves or removes anything outside.
func FuzzNames(f *testing.F) {
	for _, seed := range []string{"/", "..", "../../canary", "/vol/up/canary", "a/../../b", "/vol/./../vol//x", "/.wh.x", "\x00", "/vol/self/self/x", "/etc/passwd/..", "~", `C:\x`, `..\..\canary`} {
		f.Add(seed, seed+"2")
	}
	f.Fuzz(func(t *testing.T, name, other string) {
		host := t.TempDir()
		canary := hostFile(t, host, "canary", "untouched")
		volume := filepath.Join(host, "vol")
		hostFile(t, volume, "x", "x")
		for link, target := range map[string]string{"up": "..", "self": ".", "abs": host} {
			if err := os.Symlink(target, filepath.Join(volume, link)); err != nil {
				t.Fatal(err)
			}
		}
		upper := filepath.Join(host, "upper")
		if err := os.Mkdir(upper, 0o755); err != nil {
			t.Fatal(err)
		}
		v, err := vfs.New(upper, image(), []vfs.Mount{{HostPath: volume, ContainerPath: "/vol"}})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = v.Close() }()
		if got, err := read(v, name); err == nil && strings.Contains(got, "untouched") {
			t.Errorf("%q reads the host's file", name)
		}
		// Each may fail; none may reach the host.
		_ = put(v, name, "owned", os.O_TRUNC)
		_ = v.Mkdir(name, 0o755)
		_ = v.Rename(name, other)
		_ = v.Remove(name)
		_ = v.Remove(other)
		if data, err := os.ReadFile(canary); err != nil || string(data) != "untouched" {
			t.Errorf("%q changed the host's file: %q, %v", name, data, err)
		}
		entries, err := os.ReadDir(host)
		if err != nil || len(entries) != 3 {
			t.Errorf("%q left something beside the container: %v, %v", name, entries, err)
		}
	})
}
