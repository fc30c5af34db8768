// Package filelock owns the locks by which several processes share one lab: a
// file locked by the operating system, so that a crash frees it, with the
// holder's process identifier inside. It must never wait.
package filelock

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/labctl-dev/labctl/internal/safefile"
)

// HeldError says that another holder has the lock.
type HeldError struct {
	Path string
	PID  int // of the holder; 0 if it had no time to write it yet
}

// Error names the holder.
func (e *HeldError) Error() string {
	return fmt.Sprintf("%s is locked by process %d", e.Path, e.PID)
}

// errHeld is what the operating system's part reports for a taken lock.
var errHeld = errors.New("lock is held")

// Lock is a held lock.
type Lock struct {
	file *os.File
}

// attempts bounds the race against holders that remove the file as they leave.
const attempts = 20

// Acquire takes the lock at path at once or returns a *HeldError. The directory
// of path must exist.
func Acquire(path string) (*Lock, error) {
	for range attempts {
		lock, err := try(path)
		if lock != nil || err != nil {
			return lock, err
		}
	}
	return nil, &HeldError{Path: path}
}

// try returns neither a lock nor an error when the file it locked is no longer
// the one at path: the holder before has removed it.
func try(path string) (*Lock, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, safefile.PrivateFile) //nolint:gosec // our own state
	if err != nil {
		return nil, safefile.Explain(path, fmt.Errorf("opening lock: %w", err))
	}
	if err := lockFile(file); err != nil {
		pid := readPID(file)
		closeErr := file.Close()
		if errors.Is(err, errHeld) {
			return nil, &HeldError{Path: path, PID: pid}
		}
		return nil, safefile.Explain(path, fmt.Errorf("locking: %w", errors.Join(err, closeErr)))
	}
	if !stillThere(file, path) {
		return nil, file.Close()
	}
	if err := writePID(file); err != nil {
		return nil, safefile.Explain(path, errors.Join(fmt.Errorf("signing lock: %w", err), file.Close()))
	}
	return &Lock{file: file}, nil
}

func stillThere(file *os.File, path string) bool {
	mine, err := file.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(path)
	return err == nil && os.SameFile(mine, there)
}

func writePID(file *os.File) error {
	if err := file.Truncate(0); err != nil {
		return err
	}
	_, err := file.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0)
	return err
}

func readPID(file *os.File) int {
	data, err := io.ReadAll(io.NewSectionReader(file, 0, 32))
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(string(bytes.TrimSpace(data)))
	if err != nil {
		return 0
	}
	return pid
}

// Release removes the file and frees the lock. Windows cannot remove a file that
// others have open; it then stays, empty of meaning, until the next Release.
func (l *Lock) Release() error {
	return releaseFile(l.file)
}

// Leave frees the lock but lets its file stay, as after a crash of the holder.
func (l *Lock) Leave() error { return l.file.Close() }
