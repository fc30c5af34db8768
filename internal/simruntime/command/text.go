package command

import (
	"io"
	"strings"

	"mvdan.cc/sh/v3/expand"
)

func textCommands() map[string]func(*cmd) int {
	return map[string]func(*cmd) int{
		"echo": echo, "printf": printf, "cat": cat, "head": head, "tail": tail,
		"grep": grep, "wc": wc, "sort": sortLines, "uniq": uniq, "tee": tee, "seq": seq,
	}
}

func echo(c *cmd) int {
	args, newline, escapes := c.Args[1:], "\n", false
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' && strings.Trim(args[0][1:], "neE") == "" {
		if strings.Contains(args[0], "n") {
			newline = ""
		}
		escapes = strings.Contains(args[0], "e") || (escapes && !strings.Contains(args[0], "E"))
		args = args[1:]
	}
	text := strings.Join(args, " ")
	if escapes {
		// Without arguments a format is only its escapes; a percent sign is itself.
		formatted, _, err := expand.Format(nil, text, nil)
		if err != nil {
			return c.fail(1, "%v", err)
		}
		text = formatted
	}
	c.printf("%s", text+newline)
	return 0
}

func printf(c *cmd) int {
	if len(c.Args) < 2 {
		return c.fail(2, "usage: printf FORMAT [ARG]...")
	}
	args := c.Args[2:]
	for {
		text, used, err := expand.Format(&expand.Config{}, c.Args[1], args)
		if err != nil {
			return c.fail(1, "%v", err)
		}
		if !c.printf("%s", text) {
			return 0
		}
		args = args[used:]
		if used == 0 || len(args) == 0 {
			return 0
		}
	}
}

func cat(c *cmd) int {
	opts, names, ok := c.parse(spec{letters: "nu", usage: "cat [-n] [FILE]..."})
	if !ok {
		return 2
	}
	line := 0
	return c.inputs(names, func(_ string, r io.Reader) error {
		if !opts.has("n") {
			_, err := io.Copy(c.Stdout, r)
			return err
		}
		return eachLine(r, func(text string) bool {
			line++
			return c.printf("%6d\t%s", line, text)
		})
	})
}

func tee(c *cmd) int {
	opts, names, ok := c.parse(spec{letters: "a", usage: "tee [-a] [FILE]..."})
	if !ok {
		return 2
	}
	outputs, code := []io.Writer{c.Stdout}, 0
	for _, name := range names {
		file, err := c.FS.OpenFile(c.abs(name), writeFlags(opts.has("a")), 0o644)
		if err != nil {
			code = c.fail(1, "%s: %s", name, reasonOf(err))
			continue
		}
		defer func() { _ = file.Close() }() // the copy below reports what fails
		outputs = append(outputs, file)
	}
	if _, err := io.Copy(io.MultiWriter(outputs...), c.Stdin); err != nil && c.ctx.Err() == nil {
		return c.fail(1, "%v", err)
	}
	return code
}
