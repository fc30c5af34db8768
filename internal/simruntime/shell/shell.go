// Package shell owns the shell of simulated containers: mvdan.cc/sh's
// interpreter with every door to the machine it runs on replaced by one into
// the container. It must not hold commands of its own beyond what a shell must
// do itself.
//
// The doors, and what closes them (interp v3.14.1): opening files, listing,
// stat and access have handlers; programs are started by Launcher; process
// substitution would make FIFOs in a temporary directory, which is set to a
// name no system has; "~user" asks the Environ first, which always answers;
// pwd -P, type, command -v and source would look at the machine's files and are
// replaced before they run (rewrite.go); $$, $PPID and $0 are renamed to
// variables of ours in the parsed program (parse.go).
package shell

import (
	"context"
	"path"
	"strings"

	"github.com/labctl-dev/labctl/internal/simruntime/process"
)

// Launcher starts the programs of a container.
type Launcher interface {
	// Launch runs p.Args and returns its exit code. An error says that nothing
	// was started: fs.ErrNotExist, fs.ErrPermission, or ENOEXEC for a file that
	// is no program, which a shell then reads as a script.
	Launch(ctx context.Context, p *process.Process) (int, error)
	// Find returns the path of the executable name.
	Find(p *process.Process, name string) (string, error)
}

// New returns the shell: `sh [-c COMMAND [NAME [ARG…]] | FILE [ARG…]]`, with
// the usual option letters, interactive at a terminal.
func New(l Launcher) process.Program {
	return func(ctx context.Context, p *process.Process) int {
		call, err := parseCall(p.Args)
		if err != nil {
			say(p.Stderr, "%s: %v\n", path.Base(p.Args[0]), err)
			return 2
		}
		call.interactive = call.interactive || (p.TTY && call.command == nil && call.file == "")
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		s, err := newSession(ctx, cancel, l, p, call)
		if err != nil {
			say(p.Stderr, "%s: %v\n", call.name, err)
			return 2
		}
		return s.run(ctx)
	}
}

// call is how the shell was called.
type call struct {
	name        string  // for messages: sh or bash
	zero        string  // $0
	command     *string // -c
	file        string
	flags       []string // for interp.Params, such as "-e"
	params      []string
	interactive bool
}

func parseCall(args []string) (call, error) {
	name := strings.TrimPrefix(path.Base(args[0]), "-")
	c := call{name: name, zero: args[0]}
	rest, wantsCommand := args[1:], false
	for len(rest) > 0 && len(rest[0]) > 1 && (rest[0][0] == '-' || rest[0][0] == '+') {
		arg := rest[0]
		rest = rest[1:]
		if arg == "--" {
			break
		}
		if strings.HasPrefix(arg, "--") { // --login, --norc and the like change nothing here
			continue
		}
		if strings.HasSuffix(arg, "o") && len(rest) > 0 {
			c.flags = append(c.flags, arg, rest[0])
			rest = rest[1:]
			continue
		}
		for _, letter := range arg[1:] {
			switch letter {
			case 'c':
				wantsCommand = true
			case 'i':
				c.interactive = true
			case 'l', 's':
			case 'a', 'e', 'f', 'n', 'u', 'x':
				c.flags = append(c.flags, arg[:1]+string(letter))
			default:
				return c, usageError("illegal option -" + string(letter))
			}
		}
	}
	return c.operands(rest, wantsCommand)
}

func (c call) operands(rest []string, wantsCommand bool) (call, error) {
	switch {
	case wantsCommand && len(rest) == 0:
		return c, usageError("-c requires an argument")
	case wantsCommand:
		c.command = &rest[0]
		rest = rest[1:]
		if len(rest) > 0 {
			c.zero, rest = rest[0], rest[1:]
		}
	case len(rest) > 0:
		c.file, c.zero, rest = rest[0], rest[0], rest[1:]
	}
	c.params = rest
	return c, nil
}

type usageError string

func (e usageError) Error() string { return string(e) }
