package safefile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/labctl-dev/labctl/internal/reason"
)

func TestWriteReplaces(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "record")
	for _, content := range []string{"first, and rather long", "second"} {
		if err := Write(path, []byte(content)); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(content, string(got)); diff != "" {
			t.Error(diff)
		}
	}
	onlyOne(t, filepath.Dir(path))
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm() != PrivateFile {
		t.Errorf("mode %v, want %v", info.Mode().Perm(), PrivateFile)
	}
}

// broken takes the first bytes and then fails, as a disk does that fills up.
type broken struct {
	to  io.Writer
	err error
}

func (b broken) Write(p []byte) (int, error) {
	n, _ := b.to.Write(p[:len(p)/2])
	return n, b.err
}

func TestWriteFailureKeepsOldContent(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		err  error
		want reason.ID
	}{
		{"full disk", syscall.ENOSPC, reason.DiskFull},
		{"no permission", &fs.PathError{Op: "write", Path: "x", Err: syscall.EACCES}, reason.NoPermission},
		{"not permitted", syscall.EPERM, reason.NoPermission},
		{"broken device", syscall.EIO, reason.CannotWrite},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "record")
			if err := Write(path, []byte("old")); err != nil {
				t.Fatal(err)
			}
			err := write(path, []byte("new content"), func(f *os.File) io.Writer { return broken{f, tc.err} })
			if got := reason.Of(err).Reason.ID; got != tc.want {
				t.Errorf("reason %s, want %s (%v)", got, tc.want, err)
			}
			if got, _ := os.ReadFile(path); string(got) != "old" {
				t.Errorf("content %q, want the old one", got)
			}
			onlyOne(t, filepath.Dir(path))
		})
	}
}

func TestWriteIntoMissingDirectory(t *testing.T) {
	t.Parallel()
	err := Write(filepath.Join(t.TempDir(), "none", "record"), nil)
	if got := reason.Of(err).Reason.ID; got != reason.CannotWrite {
		t.Errorf("reason %s, want %s", got, reason.CannotWrite)
	}
}

func TestExplainKeepsReason(t *testing.T) {
	t.Parallel()
	known := reason.New(reason.LabBusy, nil)
	if got := Explain("x", known); !errors.Is(got, known) {
		t.Errorf("got %v", got)
	}
	if got := Explain("x", nil); got != nil {
		t.Errorf("got %v, want nil", got)
	}
}

func onlyOne(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 {
		t.Errorf("%d files in the directory, want 1: a temporary file stayed", len(entries))
	}
}
