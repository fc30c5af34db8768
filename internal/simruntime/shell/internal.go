package shell

import (
	"context"
	"path"
	"strings"

	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"
)

// internal does the builtins that rewrite took from the interpreter.
func (s *session) internal(ctx context.Context, hc interp.HandlerContext, name string, args []string) error {
	switch name {
	case "pwd":
		say(hc.Stdout, "%s\n", s.physical(inside("/", hc.Dir)))
	case "type":
		return s.which(hc, "-V", args)
	case "which":
		return s.which(hc, args[0], args[1:])
	case "umask":
		say(hc.Stdout, "0022\n")
	case "ulimit":
		say(hc.Stdout, "unlimited\n")
	case "jobs", "hash": // no job control, nothing is remembered
	case "echo", "kill":
		return status(s.start(ctx, s.child(ctx, hc, append([]string{"/bin/" + name}, args...), false)))
	}
	return nil
}

// which answers `command -v`, `command -V` and `type`.
func (s *session) which(hc interp.HandlerContext, mode string, names []string) error {
	missing := 0
	for _, name := range names {
		word, path := s.kindOf(hc, name)
		switch {
		case word == "":
			missing = 127
			if mode == "-V" {
				say(hc.Stderr, "%s: %s: not found\n", s.call.name, name)
			}
		case mode == "-v":
			say(hc.Stdout, "%s\n", path)
		default:
			say(hc.Stdout, "%s is %s\n", name, word)
		}
	}
	return status(missing)
}

func (s *session) kindOf(hc interp.HandlerContext, name string) (word, found string) {
	switch {
	case syntax.IsKeyword(name):
		return "a shell keyword", name
	case interp.IsBuiltin(name):
		return "a shell builtin", name
	}
	child := *s.p
	child.Dir, child.Env = inside("/", hc.Dir), exportedOf(hc.Env)
	file, err := s.launcher.Find(&child, name)
	if err != nil {
		return "", ""
	}
	return file, file
}

// linkReader is an FS with symbolic links.
type linkReader interface {
	ReadLink(name string) (string, error)
}

// physical resolves the links in a directory's name.
func (s *session) physical(dir string) string {
	links, ok := s.p.FS.(linkReader)
	if !ok {
		return dir
	}
	at, todo := "/", strings.Split(dir, "/")
	for hops := 0; len(todo) > 0 && hops < 255; hops++ {
		next := path.Join(at, todo[0])
		todo = todo[1:]
		target, err := links.ReadLink(next)
		if err != nil { // no link
			at = next
			continue
		}
		if path.IsAbs(target) {
			at = "/"
		}
		todo = append(strings.Split(target, "/"), todo...)
	}
	return at
}
