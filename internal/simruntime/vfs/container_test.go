package vfs_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/labctl-dev/labctl/internal/simruntime/vfs"
)

// image is what lies below every container of these tests.
func image() fs.FS {
	return fstest.MapFS{
		"etc/passwd":           {Data: []byte("root:x:0:0:root:/root:/bin/sh\n"), Mode: 0o644},
		"etc/nginx/nginx.conf": {Data: []byte("image\n"), Mode: 0o640},
		"etc/nginx/conf.d/a":   {Data: []byte("a\n"), Mode: 0o644},
		"var/run":              {Data: []byte("/run"), Mode: fs.ModeSymlink | 0o777},
		"run":                  {Mode: fs.ModeDir | 0o755},
		"bin/sh":               {Data: []byte("sh"), Mode: 0o755},
		"escape":               {Data: []byte("../../../../etc/passwd"), Mode: fs.ModeSymlink | 0o777},
		"loop":                 {Data: []byte("/loop"), Mode: fs.ModeSymlink | 0o777},
		"empty":                {Mode: fs.ModeDir | 0o755},
	}
}

func open(t *testing.T, mounts ...vfs.Mount) (*vfs.FS, string) {
	t.Helper()
	upper := t.TempDir()
	f, err := vfs.New(upper, image(), mounts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f, upper
}

func read(f *vfs.FS, name string) (string, error) {
	file, err := f.OpenFile(name, os.O_RDONLY, 0)
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(file)
	return string(data), err
}

func write(t *testing.T, f *vfs.FS, name, text string) {
	t.Helper()
	if err := put(f, name, text, os.O_TRUNC); err != nil {
		t.Fatal(err)
	}
}

func put(f *vfs.FS, name, text string, flag int) error {
	file, err := f.OpenFile(name, os.O_WRONLY|os.O_CREATE|flag, 0o644)
	if err != nil {
		return err
	}
	_, err = io.WriteString(file, text)
	return errors.Join(err, file.Close())
}

func list(t *testing.T, f *vfs.FS, name string) []string {
	t.Helper()
	entries, err := f.ReadDir(name)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func hostFile(t *testing.T, dir, name, text string) string {
	t.Helper()
	full := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return full
}
