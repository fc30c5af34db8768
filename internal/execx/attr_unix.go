//go:build !windows

package execx

import (
	"errors"
	"os"
	"syscall"
)

func groupAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// detachedAttr makes a new session: no terminal can send it SIGHUP or SIGINT.
func detachedAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

func terminate(p *Process) error {
	return gone(p.cmd.Process.Signal(syscall.SIGTERM))
}

func killGroup(p *os.Process) error {
	return gone(syscall.Kill(-p.Pid, syscall.SIGKILL))
}

// gone takes "no such process" as success: that is what was wanted.
func gone(err error) error {
	if errors.Is(err, syscall.ESRCH) || errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// Alive reports whether a process with that identifier exists. One that has
// ended and only waits to be buried by its parent does not count, where the
// system tells.
func Alive(pid int) bool {
	err := syscall.Kill(pid, 0)
	return (err == nil || errors.Is(err, syscall.EPERM)) && !ended(pid)
}

// TerminateByID asks the process with that identifier to end. The caller knows
// that the identifier is still that process's.
func TerminateByID(pid int) error { return signalByID(pid, syscall.SIGTERM) }

// KillByID ends the process with that identifier at once, as TerminateByID does
// kindly.
func KillByID(pid int) error { return signalByID(pid, syscall.SIGKILL) }

func signalByID(pid int, signal syscall.Signal) error {
	if pid <= 1 {
		return errors.New("no process of ours has identifier 1 or less")
	}
	return gone(syscall.Kill(pid, signal))
}
