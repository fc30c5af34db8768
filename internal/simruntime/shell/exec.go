package shell

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"syscall"

	"mvdan.cc/sh/v3/interp"

	"github.com/labctl-dev/labctl/internal/simruntime/process"
)

// exec starts a program of the container, or does what rewrite marked.
func (s *session) exec(ctx context.Context, args []string) error {
	hc := interp.HandlerCtx(ctx)
	replace := args[0] == markExec
	if replace {
		args = args[1:]
	} else if inner, ok := strings.CutPrefix(args[0], mark); ok {
		return s.internal(ctx, hc, inner, args[1:])
	}
	s.children.Add(1)
	defer s.children.Done()
	return status(s.start(ctx, s.child(ctx, hc, args, replace)))
}

// status turns an exit code into what the interpreter expects.
func status(code int) error {
	if code == 0 {
		return nil
	}
	return interp.ExitStatus(uint8(code)) //nolint:gosec // as wait(2): the low eight bits
}

// child is the process of one command. With replace it takes the shell's place:
// its number and its signals.
func (s *session) child(ctx context.Context, hc interp.HandlerContext, args []string, replace bool) *process.Process {
	child := *s.p
	child.Args, child.Env = args, exportedOf(hc.Env)
	child.Dir = inside("/", filepath.ToSlash(hc.Dir))
	child.Stdin, child.Stdout, child.Stderr = s.stdin(ctx, hc), hc.Stdout, hc.Stderr
	child.TTY = s.p.TTY && hc.Stdout == s.stdout
	child.Signals = nil
	s.mu.Lock()
	defer s.mu.Unlock()
	if replace {
		s.execed = make(chan syscall.Signal, 16)
		child.Signals = s.execed
		return &child
	}
	s.nextPID++
	child.PID = s.nextPID
	return &child
}

// start runs child and says what a shell says when it cannot.
func (s *session) start(ctx context.Context, child *process.Process) int {
	code, err := s.launcher.Launch(ctx, child)
	name := child.Args[0]
	switch {
	case err == nil:
		return code
	case errors.Is(err, syscall.ENOEXEC):
		script := *child
		script.Args = append([]string{s.call.name}, child.Args...)
		return New(s.launcher)(ctx, &script)
	case errors.Is(err, fs.ErrNotExist):
		if s.call.name == "bash" && !strings.Contains(name, "/") {
			say(child.Stderr, "bash: %s: command not found\n", name)
		} else {
			say(child.Stderr, "%s: %s: not found\n", s.call.name, name)
		}
		return 127
	case errors.Is(err, fs.ErrPermission):
		say(child.Stderr, "%s: %s: Permission denied\n", s.call.name, name)
	default:
		say(child.Stderr, "%s: %s: %s\n", s.call.name, name, reasonOf(err))
	}
	return 126
}
