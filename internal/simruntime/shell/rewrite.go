package shell

import (
	"bufio"
	"context"
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"
)

// A command that begins with mark is done by internal.go. No script can write
// it: a word of a shell holds no NUL.
const (
	mark     = "\x00"
	markExec = mark + "exec"
)

// rewrite sees every simple command before it runs and sends those that would
// leave the container, or that the interpreter does not know, another way.
func (s *session) rewrite(ctx context.Context, args []string) ([]string, error) {
	if code := s.trapped(); code != "" {
		return []string{"eval", code + "\n" + quote(args)}, nil
	}
	bare := unwrap(args)
	switch bare[0] {
	case "pwd":
		if slices.Contains(bare[1:], "-P") {
			return []string{mark + "pwd"}, nil
		}
	case "type", "kill", "umask", "ulimit", "jobs", "hash":
		return marked(bare), nil
	case "command":
		if len(bare) > 1 && (bare[1] == "-v" || bare[1] == "-V") {
			return append([]string{mark + "which", bare[1]}, bare[2:]...), nil
		}
		if len(bare) > 1 && bare[1] == "-p" {
			return append([]string{"command"}, bare[2:]...), nil
		}
	case ".", "source":
		return s.rewriteSource(ctx, bare), nil
	case "eval":
		return rewriteEval(bare), nil
	case "exec":
		if len(bare) > 1 {
			return append([]string{"exec", markExec}, bare[1:]...), nil
		}
	case "trap":
		return s.rewriteTrap(bare), nil
	case "read":
		return s.rewriteRead(ctx, bare), nil
	case "echo":
		if combinedEcho(bare) {
			return marked(bare), nil
		}
	}
	return args, nil
}

func marked(args []string) []string {
	return append([]string{mark + args[0]}, args[1:]...)
}

// unwrap drops "command" and "builtin" before a builtin's name.
func unwrap(args []string) []string {
	for len(args) > 1 && (args[0] == "command" || args[0] == "builtin") && interp.IsBuiltin(args[1]) {
		args = args[1:]
	}
	return args
}

// combinedEcho finds option groups such as -ne, which the interpreter's echo prints.
func combinedEcho(args []string) bool {
	return len(args) > 1 && len(args[1]) > 2 && args[1][0] == '-' && strings.Trim(args[1][1:], "neE") == ""
}

// quote writes args so that a shell reads the same words again.
func quote(args []string) string {
	words := make([]string, len(args))
	for i, arg := range args {
		words[i] = "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
	}
	return strings.Join(words, " ")
}

// rewriteSource finds the script in the container, since the interpreter would
// look along $PATH of this machine.
func (s *session) rewriteSource(ctx context.Context, args []string) []string {
	if len(args) < 2 || strings.Contains(args[1], "/") {
		return args
	}
	hc := interp.HandlerCtx(ctx)
	dirs := append(strings.Split(hc.Env.Get("PATH").String(), ":"), inside("/", hc.Dir))
	for _, dir := range dirs {
		name := path.Join("/", dir, args[1])
		if info, err := s.p.FS.Stat(name); err == nil && !info.IsDir() {
			return append([]string{args[0], name}, args[2:]...)
		}
	}
	return append([]string{args[0], inside(hc.Dir, args[1])}, args[2:]...)
}

// rewriteEval renames $$ and the like in the text, as parse does.
func rewriteEval(args []string) []string {
	file, err := parse(strings.Join(args[1:], " "), "")
	if err != nil {
		return args // eval words the error itself
	}
	var text strings.Builder
	if err := syntax.NewPrinter().Print(&text, file); err != nil {
		return args
	}
	return []string{"eval", text.String()}
}

// rewriteRead feeds `read` at the shell's own standard input: one line of it,
// as a here-string, so that what follows is left to the next command.
func (s *session) rewriteRead(ctx context.Context, args []string) []string {
	if interp.HandlerCtx(ctx).Stdin != nil || s.input == nil {
		return args
	}
	for i, arg := range args {
		if arg == "-p" && i+1 < len(args) {
			say(s.stderr, "%s", args[i+1])
			args = slices.Delete(slices.Clone(args), i, i+2)
			break
		}
	}
	line, err := readLine(bufio.NewReaderSize(oneByte{s.input.With(ctx)}, 1))
	if err != nil && line == "" {
		return []string{"false"}
	}
	return []string{"eval", quote(args) + " <<< " + quote([]string{strings.TrimSuffix(line, "\n")})}
}
