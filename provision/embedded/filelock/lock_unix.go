//go:build !windows

package filelock

import (
	"errors"
	"os"
	"syscall"
)

func lockFile(file *os.File) error {
	for {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case errors.Is(err, syscall.EINTR):
			continue
		case errors.Is(err, syscall.EWOULDBLOCK):
			return errHeld
		default:
			return err
		}
	}
}

// releaseFile removes before it unlocks: whoever opened the file in between
// finds after locking that it is no longer the one at its path.
func releaseFile(file *os.File) error {
	return errors.Join(os.Remove(file.Name()), file.Close())
}
