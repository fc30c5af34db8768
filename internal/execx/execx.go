// Package execx is labctl's one door to other programs: it starts them, keeps
// the tail of what they say and ends them with all their children. It must not
// know what the programs do and never looks one up by a relative path.
package execx

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// Cmd is a program to start.
type Cmd struct {
	Path   string   // absolute path of the program
	Args   []string // without the program's own name
	Dir    string   // working directory; "" is the caller's
	Env    []string // the whole environment, KEY=value; nil is the caller's
	AddEnv []string // added to it
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
}

// String is the command line, for people.
func (c Cmd) String() string { return strings.Join(append([]string{c.Path}, c.Args...), " ") }

func (c Cmd) into(cmd *exec.Cmd) {
	cmd.Dir, cmd.Env = c.Dir, c.Env
	if len(c.AddEnv) > 0 {
		cmd.Env = append(cmd.Environ(), c.AddEnv...)
	}
}

// TailSize is how many bytes of a program's last output a RunError keeps.
const TailSize = 4096

// killWait is how long a cancelled program may take to close its output after
// it was killed, in case a grandchild still holds the pipe.
const killWait = 2 * time.Second

// RunError says which program failed and what it said last.
type RunError struct {
	Command  string
	ExitCode int    // -1 if it was killed or never started
	Tail     string // at most TailSize bytes of stdout and stderr together, in no certain order
	Stderr   string // at most TailSize bytes of stderr alone
	Err      error
}

// Error names the command, its exit code and the last line it said, on stderr if
// it said anything there.
func (e *RunError) Error() string {
	text := fmt.Sprintf("%s: exit code %d", e.Command, e.ExitCode)
	if e.ExitCode < 0 {
		text = fmt.Sprintf("%s: %v", e.Command, e.Err)
	}
	line := LastLine(e.Stderr)
	if line == "" {
		line = LastLine(e.Tail)
	}
	if line != "" {
		text += ": " + line
	}
	return text
}

// Unwrap returns the cause.
func (e *RunError) Unwrap() error { return e.Err }

// Run runs c to its end and returns nil if it exits with 0, else a *RunError.
// When ctx ends the program and all its children are killed.
func Run(ctx context.Context, c Cmd) error {
	tail, complaint := &Tail{}, &Tail{}
	cmd := exec.CommandContext(ctx, c.Path, c.Args...)
	c.into(cmd)
	cmd.Stdin = c.Stdin
	cmd.Stdout, cmd.Stderr = tee(c.Stdout, tail), io.MultiWriter(tee(c.Stderr, tail), complaint)
	cmd.SysProcAttr = groupAttr()
	cmd.Cancel = func() error { return killGroup(cmd.Process) }
	cmd.WaitDelay = killWait
	err := cmd.Run()
	if err == nil {
		return nil
	}
	return &RunError{Command: c.String(), ExitCode: exitCode(err), Tail: tail.String(), Stderr: complaint.String(), Err: errors.Join(err, ctx.Err())}
}

func exitCode(err error) int {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	return -1
}

func tee(to io.Writer, tail *Tail) io.Writer {
	if to == nil {
		return tail
	}
	return io.MultiWriter(to, tail)
}

// Tail keeps the last TailSize bytes written to it. It is safe for concurrent
// use; the zero Tail is empty.
type Tail struct {
	mu   sync.Mutex
	data []byte
}

// Write never fails.
func (t *Tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.data = append(t.data, p...)
	if over := len(t.data) - TailSize; over > 0 {
		t.data = append(t.data[:0], t.data[over:]...)
	}
	return len(p), nil
}

// String returns what is kept.
func (t *Tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.data)
}

// LastLine returns the last line of text that is not blank.
func LastLine(text string) string {
	text = strings.TrimSpace(text)
	return strings.TrimSpace(text[strings.LastIndexByte(text, '\n')+1:])
}
