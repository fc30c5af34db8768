// Package safefile owns how labctl writes a file that must never be seen half
// written: a temporary file beside it, fsync, rename. It turns what the
// operating system says into the reason a learner can act on. It must not know
// what the files mean.
package safefile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/labctl-dev/labctl/internal/reason"
)

// The modes of everything labctl keeps.
const (
	PrivateFile fs.FileMode = 0o600
	PrivateDir  fs.FileMode = 0o700
)

// Write replaces the file at path by data, mode 0600. After a crash at any
// moment the file has either its old or its new content. Errors are reasons
// DISK_FULL, NO_PERMISSION or CANNOT_WRITE.
func Write(path string, data []byte) error {
	return write(path, data, func(file *os.File) io.Writer { return file })
}

// write lets tests put a failing writer between the data and the file.
func write(path string, data []byte, wrap func(*os.File) io.Writer) error {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // 0600 by its contract
	if err != nil {
		return Explain(path, fmt.Errorf("creating temporary file: %w", err))
	}
	if err := fill(file, data, wrap); err != nil {
		return Explain(path, errors.Join(err, os.Remove(file.Name())))
	}
	if err := os.Rename(file.Name(), path); err != nil {
		return Explain(path, errors.Join(fmt.Errorf("renaming into place: %w", err), os.Remove(file.Name())))
	}
	return nil
}

func fill(file *os.File, data []byte, wrap func(*os.File) io.Writer) error {
	_, err := wrap(file).Write(data)
	if err == nil {
		err = file.Sync()
	}
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("writing temporary file: %w", err)
	}
	return nil
}

// MkdirAll makes path and its missing parents, mode 0700. Errors are reasons as
// those of Write.
func MkdirAll(path string) error {
	if err := os.MkdirAll(path, PrivateDir); err != nil {
		return Explain(path, fmt.Errorf("making directory: %w", err))
	}
	return nil
}

// Explain gives a failure to write path its reason: DISK_FULL, NO_PERMISSION,
// or CANNOT_WRITE for everything else. A nil err stays nil and an error that
// has a reason already keeps it.
func Explain(path string, err error) error {
	var known *reason.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return err
	case errors.Is(err, syscall.ENOSPC), isDiskFull(err):
		return reason.New(reason.DiskFull, err, "path", path)
	case errors.Is(err, fs.ErrPermission):
		return reason.New(reason.NoPermission, err, "path", path)
	default:
		return reason.New(reason.CannotWrite, err, "path", path)
	}
}
