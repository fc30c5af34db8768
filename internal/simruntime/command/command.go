// Package command owns the small programs of simulated containers: cat, ls,
// grep, curl and the like, as far as lessons need them. A command sees only its
// process.Process; it must never touch the machine it runs on.
package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"strings"
	"syscall"
	"time"

	"github.com/labctl-dev/labctl/internal/simruntime/process"
	"github.com/labctl-dev/labctl/internal/simruntime/shell/tty"
)

// All returns every command by its name. Each behaves to signals as a Linux
// program without handlers does: they end it with 128 + the signal's number,
// unless it is the first process of its container, which ignores them
// (pid_namespaces(7)); then only the end of ctx, SIGKILL, ends it.
func All() map[string]process.Program {
	all := map[string]func(*cmd) int{}
	for _, group := range []map[string]func(*cmd) int{textCommands(), fileCommands(), systemCommands(), netCommands()} {
		maps.Copy(all, group)
	}
	programs := map[string]process.Program{}
	for name, run := range all {
		programs[name] = DefaultSignals(func(ctx context.Context, p *process.Process) int {
			return run(&cmd{Process: p, ctx: ctx, name: path.Base(p.Args[0])})
		})
	}
	return programs
}

// DefaultSignals gives a program without signal handlers Linux' default ones,
// and makes its reads of standard input end with it.
func DefaultSignals(program process.Program) process.Program {
	return func(ctx context.Context, p *process.Process) int {
		ctx, cancel := context.WithCancel(ctx)
		run := *p
		release := bindStdin(ctx, &run)
		killed := make(chan syscall.Signal, 1)
		done := make(chan struct{})
		go func() {
			defer close(done)
			defaults(ctx, &run, func(sig syscall.Signal) {
				killed <- sig
				cancel()
			})
		}()
		code := program(ctx, &run)
		release()
		cancel()
		<-done
		select {
		case sig := <-killed:
			return 128 + int(sig)
		default:
			return code
		}
	}
}

// defaults waits for the first signal whose default action ends the process.
func defaults(ctx context.Context, p *process.Process, end func(syscall.Signal)) {
	for {
		select {
		case <-ctx.Done():
			return
		case sig, ok := <-p.Signals:
			if !ok {
				return
			}
			if p.PID != 1 && deadly(sig) {
				end(sig)
				return
			}
		}
	}
}

// deadly knows Linux' numbers: 17 CHLD, 18 CONT, 20–22 stops, 23 URG and 28
// WINCH end nothing (signal(7)).
func deadly(sig syscall.Signal) bool {
	switch sig {
	case 17, 18, 19, 20, 21, 22, 23, 28:
		return false
	default:
		return true
	}
}

// bindStdin makes reads of p.Stdin end with ctx; release undoes it.
func bindStdin(ctx context.Context, p *process.Process) (release func()) {
	switch in := p.Stdin.(type) {
	case *tty.Reader:
		p.Stdin = in.With(ctx)
	case *os.File: // a pipe of the shell
		stop := context.AfterFunc(ctx, func() {
			_ = in.SetReadDeadline(time.Unix(1, 0)) // what has no deadline is a file, and never blocks
		})
		return func() { stop() }
	case nil:
		p.Stdin = strings.NewReader("")
	}
	return func() {}
}

// cmd is one run of a command.
type cmd struct {
	*process.Process
	ctx  context.Context //nolint:containedctx // one run, which the context is of
	name string
}

// printf writes to standard output and reports whether somebody still reads.
func (c *cmd) printf(format string, args ...any) bool {
	_, err := fmt.Fprintf(c.Stdout, format, args...)
	return err == nil && c.ctx.Err() == nil
}

// fail writes a message and returns code.
func (c *cmd) fail(code int, format string, args ...any) int {
	_, _ = fmt.Fprintf(c.Stderr, c.name+": "+format+"\n", args...) // nobody is left to tell
	return code
}

// abs makes a name absolute inside the container.
func (c *cmd) abs(name string) string {
	if path.IsAbs(name) {
		return name
	}
	return path.Join("/", c.Dir) + "/" + name
}

func (c *cmd) getenv(key string) string {
	value := ""
	for _, pair := range c.Env {
		if v, ok := strings.CutPrefix(pair, key+"="); ok {
			value = v
		}
	}
	return value
}

// inputs runs do for each named file, "-" and no name being standard input. A
// file that cannot be read is reported and makes the result 1.
func (c *cmd) inputs(names []string, do func(name string, r io.Reader) error) int {
	if len(names) == 0 {
		names = []string{"-"}
	}
	code := 0
	for _, name := range names {
		if err := c.input(name, do); err != nil {
			if errors.Is(err, errStop) || c.ctx.Err() != nil {
				return code
			}
			code = c.fail(1, "%s: %s", name, reasonOf(err))
		}
	}
	return code
}

func (c *cmd) input(name string, do func(name string, r io.Reader) error) error {
	if name == "-" || name == "/dev/stdin" {
		return do(name, c.Stdin)
	}
	file, err := c.FS.OpenFile(c.abs(name), os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(do(name, file), file.Close())
}

// errStop ends a command whose reader has gone away.
var errStop = errors.New("output closed")

// create opens a file for writing from its begin.
func (c *cmd) create(name string, perm fs.FileMode) (process.File, error) {
	return c.FS.OpenFile(c.abs(name), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, perm)
}

// reasonOf words an error as strerror(3) does.
func reasonOf(err error) string {
	for _, known := range []struct {
		err  error
		text string
	}{
		{fs.ErrNotExist, "No such file or directory"},
		{fs.ErrPermission, "Permission denied"},
		{syscall.ENOTEMPTY, "Directory not empty"},
		{fs.ErrExist, "File exists"},
		{syscall.EISDIR, "Is a directory"},
		{syscall.ENOTDIR, "Not a directory"},
		{syscall.EROFS, "Read-only file system"},
		{syscall.EBUSY, "Device or resource busy"},
		{syscall.ESRCH, "No such process"},
		{syscall.ELOOP, "Too many levels of symbolic links"},
		{syscall.EINVAL, "Invalid argument"},
	} {
		if errors.Is(err, known.err) {
			return known.text
		}
	}
	if inner, ok := errors.AsType[*fs.PathError](err); ok {
		return inner.Err.Error()
	}
	return err.Error()
}
