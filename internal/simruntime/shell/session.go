package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"syscall"

	"mvdan.cc/sh/v3/interp"

	"github.com/labctl-dev/labctl/internal/simruntime/process"
	"github.com/labctl-dev/labctl/internal/simruntime/shell/tty"
)

// session is one running shell.
type session struct {
	call     call
	p        *process.Process
	launcher Launcher
	input    *tty.Reader // nil without standard input
	stdout   *outlet
	stderr   *outlet
	runner   *interp.Runner
	env      *environ
	end      context.CancelFunc // ends everything the shell runs
	children sync.WaitGroup

	mu         sync.Mutex // guards what signals touch, below
	traps      map[syscall.Signal]string
	pending    []syscall.Signal
	foreground context.CancelFunc // ends the command at the prompt
	broken     bool               // Ctrl-C came when there was none
	execed     chan syscall.Signal
	killedBy   syscall.Signal
	nextPID    int
}

func newSession(ctx context.Context, end context.CancelFunc, l Launcher, p *process.Process, c call) (*session, error) {
	s := &session{
		call: c, p: p, launcher: l, end: end, nextPID: p.PID,
		stdout: &outlet{w: p.Stdout}, stderr: &outlet{w: p.Stderr},
		traps: map[syscall.Signal]string{},
		env:   newEnviron(p, c),
	}
	s.input = inputOf(ctx, p)
	runner, err := s.newRunner()
	if err != nil {
		return nil, fmt.Errorf("starting the interpreter: %w", err)
	}
	s.runner = runner
	return s, nil
}

// inputOf returns p.Stdin as a reader that can be given up.
func inputOf(ctx context.Context, p *process.Process) *tty.Reader {
	if p.Stdin == nil {
		return nil
	}
	if known, ok := p.Stdin.(*tty.Reader); ok {
		return known.With(ctx)
	}
	plain := process.Process{Stdin: p.Stdin}
	in := tty.Attach(&plain)
	context.AfterFunc(ctx, in.Close)
	return in.Reader(ctx)
}

// newRunner returns an interpreter that can touch only the container.
func (s *session) newRunner() (*interp.Runner, error) {
	options := []interp.RunnerOption{
		interp.Env(s.env),
		// interp.Dir would look for the directory on this machine.
		func(r *interp.Runner) error { r.Dir = s.p.Dir; return nil },
		interp.Params(append(s.call.flags, append([]string{"--"}, s.call.params...)...)...),
		interp.StdIO(nil, s.stdout, s.stderr),
		interp.Interactive(s.call.interactive),
		interp.CallHandler(s.rewrite),
		interp.ExecHandlers(func(interp.ExecHandlerFunc) interp.ExecHandlerFunc { return s.exec }),
		interp.OpenHandler(s.open),
		interp.ReadDirHandler2(s.readDir),
		interp.StatHandler(s.stat),
		interp.AccessHandler(s.access),
	}
	runner, err := interp.New(options...)
	if err != nil {
		return nil, err
	}
	if s.p.Dir == "" {
		runner.Dir = "/"
	}
	runner.Reset()
	s.env.started()
	return runner, nil
}

// run runs the shell to its end.
func (s *session) run(ctx context.Context) int {
	signalsDone := make(chan struct{})
	stop := make(chan struct{})
	go func() {
		defer close(signalsDone)
		s.watch(stop)
	}()
	code := s.main(ctx)
	close(stop)
	<-signalsDone
	s.end()
	s.children.Wait()
	s.stdout.close()
	s.stderr.close()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.killedBy != 0 {
		return 128 + int(s.killedBy)
	}
	return code
}

func (s *session) main(ctx context.Context) int {
	switch {
	case s.call.command != nil:
		return s.script(ctx, *s.call.command, s.call.zero)
	case s.call.file != "":
		text, err := s.readScript(s.call.file)
		if err != nil {
			say(s.stderr, "%s: can't open '%s': %s\n", s.call.name, s.call.file, reasonOf(err))
			return 127
		}
		return s.script(ctx, text, s.call.file)
	case s.input == nil:
		return 0
	}
	return s.interact(ctx)
}

// script runs a whole program.
func (s *session) script(ctx context.Context, text, name string) int {
	file, err := parse(text, name)
	if err != nil {
		say(s.stderr, "%s: syntax error: %v\n", s.call.name, err)
		return 2
	}
	return s.codeOf(s.runner.Run(ctx, file))
}

// codeOf turns what the interpreter returns into an exit code.
func (s *session) codeOf(err error) int {
	var status interp.ExitStatus
	switch {
	case err == nil:
		return 0
	case errors.As(err, &status):
		return int(status)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return 128 + int(syscall.SIGKILL)
	}
	say(s.stderr, "%s: %v\n", s.call.name, err)
	return 1
}

// say writes a message; a stream that is gone has nobody to tell.
func say(w io.Writer, format string, args ...any) { _, _ = fmt.Fprintf(w, format, args...) }

// outlet is an output several commands may write to at once, and which takes
// nothing more once the shell has ended.
type outlet struct {
	mu     sync.Mutex
	w      io.Writer
	closed bool
}

// Write implements io.Writer.
func (o *outlet) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed || o.w == nil {
		return len(p), nil
	}
	return o.w.Write(p)
}

func (o *outlet) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
}
