package simruntime

import (
	"context"
	"fmt"
	"io"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/labctl-dev/labctl/internal/simruntime/process"
	"github.com/labctl-dev/labctl/internal/simruntime/simnet"
	"github.com/labctl-dev/labctl/internal/simruntime/vfs"
)

const (
	// killWait is how long a killed program may take to return before it is given
	// up; a goroutine cannot be killed from outside.
	killWait = 5 * time.Second

	exitKilled  = 128 + 9 // what wait(2) makes of SIGKILL
	exitCrashed = 2       // what Go's runtime exits with after a panic
)

// task is a running container.
type task struct {
	image     *image
	env       []string
	dir       string
	hostname  string
	tty       bool
	stdinOnce bool

	fs     *vfs.FS
	pod    *simnet.Pod
	net    *simnet.Scope
	log    *criLog
	stdout *output
	stderr *output
	stdin  *stdin
	resize chan process.Size
	procs  *processTable
	usage  *usage
	execs  sync.WaitGroup

	oom   atomic.Bool
	ended chan struct{} // closed once the end is recorded
}

// kill ends the container as SIGKILL from outside does. Programs waiting for
// input, for a connection or for an attached client wake.
func (t *task) kill() {
	t.procs.killAll()
	_ = t.net.Close()   // never fails
	_ = t.stdin.Close() // never fails
	t.stdout.close()
	t.stderr.close()
}

func (t *task) signal(name string) {
	number := signalNumber(name)
	if number == syscall.SIGKILL {
		t.kill()
		return
	}
	_ = t.procs.Signal(1, number) // the process may have ended by itself
}

// init describes the container's main process.
func (t *task) init(p *proc) *process.Process {
	stderr := t.stderr
	if t.tty {
		stderr = t.stdout
	}
	return t.process(p, t.net, t.stdin, t.stdout, stderr, t.tty, t.resize)
}

func (t *task) process(p *proc, network process.Net, in io.Reader, out, err io.Writer, tty bool, resize <-chan process.Size) *process.Process {
	return &process.Process{
		PID: p.info.PID, Args: p.info.Args, Env: t.env, Dir: t.dir,
		Stdin: in, Stdout: out, Stderr: err, TTY: tty, Resize: resize, Signals: p.signals,
		Hostname: t.hostname, FS: t.fs, Net: network, Host: t.procs,
	}
}

// release closes what the main process leaves behind: its sockets before the
// end is known, so that a successor finds its ports free.
func (t *task) release() error {
	t.kill()
	return t.log.close()
}

// runProgram runs a program to its end and returns its exit code, 137 when ctx
// ended it. A program that panics ends alone.
func (r *Runtime) runProgram(ctx context.Context, program process.Program, p *process.Process) int {
	result := make(chan int, 1)
	go func() {
		defer func() {
			if cause := recover(); cause != nil {
				r.log.Warn("program panicked", "args", p.Args, "panic", cause, "stack", string(debug.Stack()))
				_, _ = fmt.Fprintf(p.Stderr, "panic: %v\n", cause)
				result <- exitCrashed
			}
		}()
		result <- program(ctx, p)
	}()
	select {
	case code := <-result:
		if ctx.Err() != nil {
			return exitKilled
		}
		return code & 0xff
	case <-ctx.Done():
	}
	timer := time.NewTimer(killWait)
	defer timer.Stop()
	select {
	case <-result:
	case <-timer.C:
		r.log.Warn("program does not end after it was killed", "args", p.Args, "pid", p.PID)
	}
	return exitKilled
}
