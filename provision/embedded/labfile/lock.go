package labfile

import (
	"errors"
	"path/filepath"
	"strconv"

	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/internal/safefile"
	"github.com/labctl-dev/labctl/provision"
	"github.com/labctl-dev/labctl/provision/embedded/filelock"
)

// Lock takes the right to change lab, at once, or fails with reason LAB_BUSY.
// The lock lies beside the lab's directory so that destroying the lab can
// remove the whole directory while it is held; releasing removes it.
func Lock(lab provision.Lab) (*filelock.Lock, error) {
	if err := safefile.MkdirAll(filepath.Dir(lab.Dir)); err != nil {
		return nil, err
	}
	lock, err := filelock.Acquire(lab.Dir + ".lock")
	if held, ok := errors.AsType[*filelock.HeldError](err); ok {
		return nil, reason.New(reason.LabBusy, err, "lab", lab.Name, "pid", strconv.Itoa(held.PID))
	}
	return lock, err
}
