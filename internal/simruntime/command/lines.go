package command

import (
	"bufio"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
)

// eachLine calls do with every line, its end included. do returns false to stop.
func eachLine(r io.Reader, do func(line string) bool) error {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		if line != "" && !do(line) {
			return errStop
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func writeFlags(appending bool) int {
	if appending {
		return os.O_WRONLY | os.O_CREATE | os.O_APPEND
	}
	return os.O_WRONLY | os.O_CREATE | os.O_TRUNC
}

// lineCount reads -n N, also in the old form -N.
func (c *cmd) lineCount() (kept []string, n string) {
	kept = c.Args[:1:1]
	for _, arg := range c.Args[1:] {
		if _, err := strconv.Atoi(arg); err == nil && strings.HasPrefix(arg, "-") {
			kept = append(kept, "-n", arg[1:])
			continue
		}
		kept = append(kept, arg)
	}
	return kept, "10"
}

func head(c *cmd) int {
	args, count := c.lineCount()
	c.Args = args
	opts, names, ok := c.parse(spec{letters: "n:c:", long: map[string]string{"lines": "n", "bytes": "c"}, usage: "head [-n LINES | -c BYTES] [FILE]..."})
	if !ok {
		return 2
	}
	if opts.has("n") {
		count = opts["n"]
	}
	if opts.has("c") {
		count = opts["c"]
	}
	limit, err := strconv.Atoi(count)
	if err != nil || limit < 0 {
		return c.fail(1, "invalid number: '%s'", count)
	}
	return c.inputs(names, func(name string, r io.Reader) error {
		if len(names) > 1 {
			c.printf("==> %s <==\n", name)
		}
		if opts.has("c") {
			_, err := io.Copy(c.Stdout, io.LimitReader(r, int64(limit)))
			return err
		}
		left := limit
		err := eachLine(r, func(line string) bool {
			left--
			return left >= 0 && c.printf("%s", line) && left > 0
		})
		if errors.Is(err, errStop) && left <= 0 {
			return nil
		}
		return err
	})
}

func tail(c *cmd) int {
	args, count := c.lineCount()
	c.Args = args
	opts, names, ok := c.parse(spec{letters: "n:fF", long: map[string]string{"lines": "n", "follow": "f"}, usage: "tail [-n LINES] [-f] [FILE]..."})
	if !ok {
		return 2
	}
	if opts.has("n") {
		count = opts["n"]
	}
	limit, err := strconv.Atoi(strings.TrimPrefix(count, "+"))
	if err != nil {
		return c.fail(1, "invalid number: '%s'", count)
	}
	follow := opts.has("f") || opts.has("F")
	return c.inputs(names, func(name string, r io.Reader) error {
		if len(names) > 1 {
			c.printf("==> %s <==\n", name)
		}
		if err := c.lastLines(r, limit, strings.HasPrefix(count, "+")); err != nil {
			return err
		}
		if follow && name != "-" {
			return c.follow(r)
		}
		return nil
	})
}

// lastLines writes the last n lines, or all from line n on.
func (c *cmd) lastLines(r io.Reader, n int, from bool) error {
	var kept []string
	seen := 0
	err := eachLine(r, func(line string) bool {
		seen++
		if from {
			return seen < n || c.printf("%s", line)
		}
		if kept = append(kept, line); len(kept) > n {
			kept = kept[1:]
		}
		return true
	})
	c.printf("%s", strings.Join(kept, ""))
	return err
}

// followEvery is how often tail -f looks, as tail's own default when it polls.
const followEvery = 200 * time.Millisecond

// follow copies what is added to a file until the command ends.
func (c *cmd) follow(r io.Reader) error {
	ticker := time.NewTicker(followEvery)
	defer ticker.Stop()
	for {
		if _, err := io.Copy(c.Stdout, r); err != nil {
			return err
		}
		select {
		case <-c.ctx.Done():
			return c.ctx.Err()
		case <-ticker.C:
		}
	}
}
