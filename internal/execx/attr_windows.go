package execx

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"

	"golang.org/x/sys/windows"
)

func groupAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP, HideWindow: true}
}

func detachedAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{
		CreationFlags: windows.CREATE_NEW_PROCESS_GROUP | windows.DETACHED_PROCESS,
		HideWindow:    true,
	}
}

func terminate(p *Process) error {
	if err := p.lifeline.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}

// killGroup uses taskkill, which is part of Windows: it alone also ends the
// children, as a process group does elsewhere.
func killGroup(p *os.Process) error {
	dir, err := windows.GetSystemDirectory()
	if err == nil {
		err = exec.Command(filepath.Join(dir, "taskkill.exe"), "/T", "/F", "/PID", strconv.Itoa(p.Pid)).Run() //nolint:noctx // ends by itself
	}
	if err != nil {
		err = p.Kill()
	}
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// stillActive is GetExitCodeProcess's answer for a running process.
const stillActive = 259

// Alive reports whether a process with that identifier exists.
func Alive(pid int) bool {
	handle, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, uint32(pid)) //nolint:gosec // a pid fits
	if err != nil {
		return errors.Is(err, windows.ERROR_ACCESS_DENIED)
	}
	defer windows.CloseHandle(handle) //nolint:errcheck // only read
	var code uint32
	return windows.GetExitCodeProcess(handle, &code) == nil && code == stillActive
}

// TerminateByID ends the process with that identifier: Windows has no way to ask
// a process without a console. The caller knows that the identifier is still
// that process's.
func TerminateByID(pid int) error {
	process, err := os.FindProcess(pid)
	if err != nil {
		return err
	}
	if err := process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return nil
}

// KillByID ends the process with that identifier at once.
func KillByID(pid int) error { return TerminateByID(pid) }
