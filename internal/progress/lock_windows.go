package progress

import (
	"os"

	"golang.org/x/sys/windows"
)

// Windows locks ranges and keeps others from reading them, so a byte far beyond
// the end stands for the file.
const lockedOffset = 1 << 30

func lock(file *os.File) error {
	return windows.LockFileEx(windows.Handle(file.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK, 0, 1, 0, &windows.Overlapped{OffsetHigh: lockedOffset})
}

func unlock(file *os.File) error {
	return windows.UnlockFileEx(windows.Handle(file.Fd()), 0, 1, 0, &windows.Overlapped{OffsetHigh: lockedOffset})
}
