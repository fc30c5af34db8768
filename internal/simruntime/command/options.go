package command

import (
	"fmt"
	"strings"
)

// options are a command's parsed options: the letters, with their last values.
type options map[string]string

func (o options) has(name string) bool {
	_, ok := o[name]
	return ok
}

// spec says which options a command knows, in getopt(3)'s form: "an:" is -a and
// -n VALUE. long maps long names to letters.
type spec struct {
	letters string
	long    map[string]string
	usage   string
}

// parse reads options up to the first operand or "--". Operands may come first
// as well, as GNU getopt permits. ok is false once help or an error was written.
func (c *cmd) parse(s spec) (opts options, operands []string, ok bool) {
	opts = options{}
	args := c.Args[1:]
	for i := 0; i < len(args); i++ {
		arg := args[i]
		switch {
		case arg == "--":
			return opts, append(operands, args[i+1:]...), true
		case arg == "--help":
			c.printf("Usage: %s\n", s.usage)
			return opts, nil, false
		case strings.HasPrefix(arg, "--"):
			name, value, given := strings.Cut(arg[2:], "=")
			letter, known := s.long[name]
			if !known {
				return opts, nil, c.badOption(arg, s)
			}
			if s.takesValue(letter) && !given && i+1 < len(args) {
				i++
				value = args[i]
			}
			opts[letter] = value
		case len(arg) > 1 && arg[0] == '-':
			used, err := s.group(arg[1:], args[i+1:], opts)
			if err != nil {
				return opts, nil, c.badOption(arg, s)
			}
			i += used
		default:
			operands = append(operands, arg)
		}
	}
	return opts, operands, true
}

func (c *cmd) badOption(arg string, s spec) bool {
	c.fail(2, "unrecognized option '%s'\nUsage: %s", arg, s.usage)
	return false
}

func (s spec) takesValue(letter string) bool { return strings.Contains(s.letters, letter+":") }

// group reads "-abc", "-nVALUE" or "-n VALUE" and returns how many further
// arguments it used.
func (s spec) group(letters string, rest []string, opts options) (int, error) {
	for i, letter := range letters {
		name := string(letter)
		if name == ":" || !strings.Contains(s.letters, name) {
			return 0, fmt.Errorf("unknown option -%s", name)
		}
		if !s.takesValue(name) {
			opts[name] = ""
			continue
		}
		if value := letters[i+len(name):]; value != "" {
			opts[name] = value
			return 0, nil
		}
		if len(rest) == 0 {
			return 0, fmt.Errorf("option -%s needs a value", name)
		}
		opts[name] = rest[0]
		return 1, nil
	}
	return 0, nil
}
