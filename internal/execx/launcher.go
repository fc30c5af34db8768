package execx

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
)

// Process is a program started by a Launcher.
type Process struct {
	cmd      *exec.Cmd
	lifeline io.WriteCloser
	done     chan struct{}
	err      error
}

// Launcher starts programs that must not outlive it. Each gets a pipe as its
// standard input that stays open as long as the caller lives: a program that
// exits at its end (a "lifeline") dies with the caller on every operating
// system. On Linux the kernel also kills it, even if it hangs.
type Launcher struct {
	requests chan func()
	once     sync.Once
}

// NewLauncher returns a Launcher that works until Close. All programs are
// started from one operating-system thread that lives as long as the Launcher:
// Linux delivers a parent-death signal when the starting thread, not the
// process, ends, and Go ends idle threads at will.
func NewLauncher() *Launcher {
	l := &Launcher{requests: make(chan func())}
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		for request := range l.requests {
			request()
		}
	}()
	return l
}

// Close frees the Launcher. Every Process must have ended before.
func (l *Launcher) Close() { l.once.Do(func() { close(l.requests) }) }

// Start starts c in a process group of its own. c.Stdin is not used: the
// lifeline takes its place. With *os.File as Stdout and Stderr the program
// writes to them directly.
func (l *Launcher) Start(c Cmd) (*Process, error) {
	cmd := exec.Command(c.Path, c.Args...) //nolint:noctx // outlives every context; ended by Terminate and Kill
	c.into(cmd)
	cmd.Stdout, cmd.Stderr = c.Stdout, c.Stderr
	cmd.WaitDelay = killWait
	cmd.SysProcAttr = childAttr()
	lifeline, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("making lifeline: %w", err)
	}
	started := make(chan error, 1)
	l.requests <- func() { started <- cmd.Start() }
	if err := <-started; err != nil {
		return nil, &RunError{Command: c.String(), ExitCode: -1, Err: err}
	}
	p := &Process{cmd: cmd, lifeline: lifeline, done: make(chan struct{})}
	go func() {
		p.err = cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// PID is the process's identifier.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Done is closed once the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Release writes one byte to the lifeline: a program that was started held waits
// for it before it begins its work.
func (p *Process) Release() error {
	if _, err := p.lifeline.Write([]byte{'\n'}); err != nil {
		return fmt.Errorf("releasing process %d: %w", p.PID(), err)
	}
	return nil
}

// Err tells, after Done, how the process ended: nil for exit code 0.
func (p *Process) Err() error { return p.err }

// Terminate asks the process to end: SIGTERM, or the end of its lifeline where
// there are no signals.
func (p *Process) Terminate() error { return terminate(p) }

// Kill ends the process and its children at once.
func (p *Process) Kill() error { return killGroup(p.cmd.Process) }

// StartDetached starts c so that it survives the caller and the caller's
// terminal, and returns its process identifier. out becomes its standard output
// and error; its standard input is empty. ended is closed should it end while
// the caller lives.
func StartDetached(c Cmd, out *os.File) (pid int, ended <-chan struct{}, err error) {
	cmd := exec.Command(c.Path, c.Args...) //nolint:noctx // meant to outlive the caller
	c.into(cmd)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = detachedAttr()
	if err := cmd.Start(); err != nil {
		return 0, nil, &RunError{Command: c.String(), ExitCode: -1, Err: err}
	}
	done := make(chan struct{})
	go func() {
		_ = cmd.Wait() // how it ended stands in its log; waiting keeps it from staying a zombie
		close(done)
	}()
	return cmd.Process.Pid, done, nil
}
