package simruntime

import (
	"os"
	"path/filepath"
	"testing"
)

func TestMountSourcesStayInsideTheNode(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	root, outside := filepath.Join(dir, "host"), filepath.Join(dir, "private")
	for _, made := range []string{filepath.Join(root, "data"), outside} {
		if err := os.MkdirAll(made, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for name, target := range map[string]string{"inner": filepath.Join(root, "data"), "leak": outside, "up": ".."} {
		if err := os.Symlink(target, filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	for source, inside := range map[string]bool{"data": true, "inner": true, "leak": false, "up": false, "up/private": false} {
		err := confined(root, filepath.Join(root, filepath.FromSlash(source)))
		if (err == nil) != inside {
			t.Errorf("confined(%q) = %v, want inside %v", source, err, inside)
		}
	}
}
