package shell

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"

	"mvdan.cc/sh/v3/interp"
)

// maxScript bounds a script file: more is surely not a script.
const maxScript = 4 << 20

// inside turns a name the interpreter gives into one of the container. On
// Windows the interpreter joins with backslashes.
func inside(dir, name string) string {
	name = filepath.ToSlash(name)
	if path.IsAbs(name) {
		return name
	}
	return path.Join("/", filepath.ToSlash(dir)) + "/" + name
}

func (s *session) open(ctx context.Context, name string, flag int, perm os.FileMode) (io.ReadWriteCloser, error) {
	hc := interp.HandlerCtx(ctx)
	switch name {
	case "/dev/stdout", "/proc/self/fd/1", "/dev/tty":
		return stream{Writer: hc.Stdout, Reader: s.stdin(ctx, hc)}, nil
	case "/dev/stderr", "/proc/self/fd/2":
		return stream{Writer: hc.Stderr, Reader: strings.NewReader("")}, nil
	case "/dev/stdin", "/proc/self/fd/0":
		return stream{Writer: io.Discard, Reader: s.stdin(ctx, hc)}, nil
	}
	file, err := s.p.FS.OpenFile(inside(hc.Dir, name), flag, perm)
	if err != nil {
		verb := "can't open"
		if flag&os.O_CREATE != 0 {
			verb = "can't create"
		}
		return nil, &fs.PathError{Op: s.call.name + ": " + verb, Path: name, Err: errors.New(reasonOf(err))}
	}
	return file, nil
}

// stdin is what a command of the shell reads.
func (s *session) stdin(ctx context.Context, hc interp.HandlerContext) io.Reader {
	switch {
	case hc.Stdin != nil:
		return hc.Stdin
	case s.input != nil:
		return s.input.With(ctx)
	}
	return strings.NewReader("")
}

// stream is a standard stream opened by name; closing it closes nothing.
type stream struct {
	io.Reader
	io.Writer
}

func (stream) Close() error { return nil }

func (s *session) readDir(_ context.Context, name string) ([]fs.DirEntry, error) {
	return s.p.FS.ReadDir(inside("/", name))
}

// lstater is an FS that can describe a symbolic link itself.
type lstater interface {
	Lstat(name string) (fs.FileInfo, error)
}

func (s *session) stat(_ context.Context, name string, follow bool) (fs.FileInfo, error) {
	var info fs.FileInfo
	var err error
	if links, ok := s.p.FS.(lstater); ok && !follow {
		info, err = links.Lstat(inside("/", name))
	} else {
		info, err = s.p.FS.Stat(inside("/", name))
	}
	if err != nil {
		return nil, err
	}
	return owned{info}, nil
}

// owned answers the interpreter's question for the owner (test -O) with the
// shape its system has: everything in a container belongs to root.
type owned struct{ fs.FileInfo }

// Sys implements fs.FileInfo.
func (owned) Sys() any { return ownedByRoot() }

func (s *session) access(_ context.Context, name string, mode interp.AccessMode) error {
	info, err := s.p.FS.Stat(inside("/", name))
	if err != nil {
		return err
	}
	if mode&interp.AccessExec != 0 && !info.IsDir() && info.Mode().Perm()&0o111 == 0 {
		return fs.ErrPermission
	}
	return nil
}

func (s *session) readScript(name string) (string, error) {
	file, err := s.p.FS.OpenFile(inside(s.p.Dir, name), os.O_RDONLY, 0)
	if err != nil {
		return "", err
	}
	data, err := io.ReadAll(io.LimitReader(file, maxScript))
	return string(data), errors.Join(err, file.Close())
}

// reasonOf words an error as strerror(3) does.
func reasonOf(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "No such file or directory"
	case errors.Is(err, fs.ErrPermission):
		return "Permission denied"
	case errors.Is(err, fs.ErrExist):
		return "File exists"
	case errors.Is(err, syscall.EISDIR):
		return "Is a directory"
	case errors.Is(err, syscall.ENOTDIR):
		return "Not a directory"
	case errors.Is(err, syscall.EROFS):
		return "Read-only file system"
	}
	if inner, ok := errors.AsType[*fs.PathError](err); ok {
		return inner.Err.Error()
	}
	return err.Error()
}
