//go:build !windows

package safefile

import (
	"errors"
	"syscall"
)

// isDiskFull also counts a used-up quota: what helps is the same.
func isDiskFull(err error) bool { return errors.Is(err, syscall.EDQUOT) }
