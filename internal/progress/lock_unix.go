//go:build unix

package progress

import (
	"os"

	"golang.org/x/sys/unix"
)

// The lock ends with the process, so a crash leaves none behind.
func lock(file *os.File) error {
	for {
		err := unix.Flock(int(file.Fd()), unix.LOCK_EX)
		if err != unix.EINTR {
			return err
		}
	}
}

func unlock(file *os.File) error { return unix.Flock(int(file.Fd()), unix.LOCK_UN) }
