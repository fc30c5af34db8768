package shell

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"

	"mvdan.cc/sh/v3/syntax"
)

// interact reads commands from standard input, with prompts when interactive.
func (s *session) interact(ctx context.Context) int {
	var text strings.Builder
	code := 0
	for {
		s.prompt(text.Len() > 0)
		line, interrupted, err := s.nextLine(ctx)
		if interrupted {
			text.Reset()
			code = s.interrupted(ctx)
			continue
		}
		text.WriteString(line)
		ended := err != nil
		file, parseErr := parse(text.String(), s.call.zero)
		if parseErr != nil && syntax.IsIncomplete(parseErr) && !ended {
			continue
		}
		text.Reset()
		exited := false
		if parseErr != nil {
			code = 2
			say(s.stderr, "%s: syntax error: %v\n", s.call.name, parseErr)
		} else if len(file.Stmts) > 0 {
			code, exited = s.statements(ctx, file.Stmts)
		}
		switch {
		case exited, ctx.Err() != nil:
			return code
		case ended:
			return s.leave(ctx, code)
		}
	}
}

// leave runs the EXIT trap at the end of the input.
func (s *session) leave(ctx context.Context, code int) int {
	if s.call.interactive && s.p.TTY {
		say(s.stdout, "\n")
	}
	if file, err := parse("exit", s.call.zero); err == nil {
		_ = s.runner.Run(ctx, file) // its status is the one of the last command, which is known
	}
	return code
}

// statements runs what one input held and reports whether the shell is to exit.
func (s *session) statements(ctx context.Context, stmts []*syntax.Stmt) (int, bool) {
	code := 0
	for _, stmt := range stmts {
		here, cancel := context.WithCancel(ctx)
		s.setForeground(cancel)
		err := s.runner.Run(here, stmt)
		s.setForeground(nil)
		broken := here.Err() != nil && ctx.Err() == nil
		cancel()
		if broken {
			return s.interrupted(ctx), false
		}
		code = s.codeOf(err)
		if s.runner.Exited() || ctx.Err() != nil {
			return code, true
		}
	}
	return code, false
}

// interrupted leaves 130 in $?, which the interpreter has no other way to set.
func (s *session) interrupted(ctx context.Context) int {
	code := 128 + int(syscall.SIGINT)
	if file, err := parse(fmt.Sprintf("(exit %d)", code), s.call.zero); err == nil {
		_ = s.runner.Run(ctx, file.Stmts[0]) // the error is the status it is for
	}
	return code
}

// setForeground says what Ctrl-C ends. Only a terminal's shell outlives it.
func (s *session) setForeground(cancel context.CancelFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.call.interactive {
		return
	}
	s.foreground = cancel
	if cancel != nil && s.broken { // Ctrl-C came between two commands
		s.broken = false
		cancel()
	}
}

func (s *session) prompt(more bool) {
	if !s.call.interactive {
		return
	}
	if more {
		say(s.stderr, "> ")
		return
	}
	dir := inside("/", s.runner.Dir)
	if home := s.env.exported["HOME"]; home != "/" && (dir == home || strings.HasPrefix(dir, home+"/")) {
		dir = "~" + dir[len(home):]
	}
	if s.call.name == "bash" {
		say(s.stderr, "root@%s:%s# ", s.p.Hostname, dir)
		return
	}
	say(s.stderr, "%s # ", dir)
}

// nextLine reads a line, and no byte more: the rest belongs to the commands.
func (s *session) nextLine(ctx context.Context) (line string, interrupted bool, err error) {
	here, cancel := context.WithCancel(ctx)
	defer cancel()
	s.setForeground(cancel)
	defer s.setForeground(nil)
	line, err = readLine(bufio.NewReaderSize(oneByte{s.input.With(here)}, 1))
	interrupted = here.Err() != nil && ctx.Err() == nil && errors.Is(err, context.Canceled)
	return line, interrupted, err
}

func readLine(r *bufio.Reader) (string, error) {
	line, err := r.ReadString('\n')
	if errors.Is(err, os.ErrClosed) {
		err = io.EOF
	}
	return line, err
}

// oneByte reads byte by byte, so that nothing is taken beyond a line's end.
type oneByte struct{ r io.Reader }

// Read implements io.Reader.
func (o oneByte) Read(p []byte) (int, error) {
	if len(p) > 1 {
		p = p[:1]
	}
	return o.r.Read(p)
}
