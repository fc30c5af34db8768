package filelock

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lockedByte lies far behind the content: Windows locks are mandatory, and the
// process identifier must stay readable.
const lockedByte = 1 << 30

func lockFile(file *os.File) error {
	at := &windows.Overlapped{Offset: lockedByte}
	flags := uint32(windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY)
	err := windows.LockFileEx(windows.Handle(file.Fd()), flags, 0, 1, 0, at)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return errHeld
	}
	return err
}

func releaseFile(file *os.File) error {
	err := file.Close()
	_ = os.Remove(file.Name()) // fails while somebody looks at it: harmless
	return err
}
