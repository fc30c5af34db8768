package command

import (
	"cmp"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

func grep(c *cmd) int {
	opts, operands, ok := c.parse(spec{letters: "ivcnqEFeowlHhr", usage: "grep [-EFchilnoqvw] PATTERN [FILE]..."})
	if !ok || len(operands) == 0 {
		if ok {
			c.fail(2, "usage: grep [-EFchilnoqvw] PATTERN [FILE]...")
		}
		return 2
	}
	pattern, err := compile(operands[0], opts)
	if err != nil {
		return c.fail(2, "%v", err)
	}
	names, found := operands[1:], false
	code := c.inputs(names, func(name string, r io.Reader) error {
		prefix := ""
		if (len(names) > 1 || opts.has("H")) && !opts.has("h") {
			prefix = name + ":"
		}
		hits, err := c.grepOne(r, pattern, opts, name, prefix)
		found = found || hits > 0
		return err
	})
	switch {
	case code != 0:
		return 2
	case found:
		return 0
	}
	return 1
}

// compile turns a pattern into a regular expression. Basic and extended ones
// are read alike; only a basic one's \| \( \) \+ \? are turned first.
func compile(pattern string, opts options) (*regexp.Regexp, error) {
	switch {
	case opts.has("F"):
		pattern = regexp.QuoteMeta(pattern)
	case !opts.has("E"):
		pattern = strings.NewReplacer(`\|`, "|", `\(`, "(", `\)`, ")", `\+`, "+", `\?`, "?", `\\`, `\\`,
			"|", `\|`, "(", `\(`, ")", `\)`, "+", `\+`, "?", `\?`, "{", `\{`, "}", `\}`, `\{`, "{", `\}`, "}").Replace(pattern)
	}
	if opts.has("w") {
		pattern = `\b(?:` + pattern + `)\b`
	}
	if opts.has("i") {
		pattern = "(?i)" + pattern
	}
	return regexp.Compile(pattern)
}

func (c *cmd) grepOne(r io.Reader, pattern *regexp.Regexp, opts options, name, prefix string) (int, error) {
	hits, number := 0, 0
	err := eachLine(r, func(line string) bool {
		number++
		line = strings.TrimSuffix(line, "\n")
		if pattern.MatchString(line) == opts.has("v") {
			return true
		}
		hits++
		switch {
		case opts.has("q"), opts.has("l"):
			return false
		case opts.has("c"):
			return true
		}
		where := prefix
		if opts.has("n") {
			where += strconv.Itoa(number) + ":"
		}
		if opts.has("o") && !opts.has("v") {
			return c.printf("%s", where+strings.Join(pattern.FindAllString(line, -1), "\n"+where)+"\n")
		}
		return c.printf("%s%s\n", where, line)
	})
	if errors.Is(err, errStop) && (opts.has("q") || opts.has("l")) {
		err = nil
	}
	switch {
	case opts.has("q"):
	case opts.has("l"):
		if hits > 0 {
			c.printf("%s\n", name)
		}
	case opts.has("c"):
		c.printf("%s%d\n", prefix, hits)
	}
	return hits, err
}

func wc(c *cmd) int {
	opts, names, ok := c.parse(spec{letters: "lwcm", usage: "wc [-lwcm] [FILE]..."})
	if !ok {
		return 2
	}
	var total [4]int
	show := func(counts [4]int, name string) {
		var fields []string
		for i, letter := range []string{"l", "w", "c", "m"} {
			if opts.has(letter) || (len(opts) == 0 && letter != "m") {
				fields = append(fields, strconv.Itoa(counts[i]))
			}
		}
		if name != "-" {
			fields = append(fields, name)
		}
		c.printf("%s\n", strings.Join(fields, " "))
	}
	code := c.inputs(names, func(name string, r io.Reader) error {
		data, err := io.ReadAll(r)
		text := string(data)
		counts := [4]int{strings.Count(text, "\n"), len(strings.Fields(text)), len(text), utf8.RuneCountInString(text)}
		for i := range total {
			total[i] += counts[i]
		}
		show(counts, name)
		return err
	})
	if len(names) > 1 {
		show(total, "total")
	}
	return code
}

func (c *cmd) allLines(names []string) ([]string, int) {
	var lines []string
	code := c.inputs(names, func(_ string, r io.Reader) error {
		return eachLine(r, func(line string) bool {
			lines = append(lines, strings.TrimSuffix(line, "\n"))
			return true
		})
	})
	return lines, code
}

func sortLines(c *cmd) int {
	opts, names, ok := c.parse(spec{letters: "rnuf", usage: "sort [-rnuf] [FILE]..."})
	if !ok {
		return 2
	}
	lines, code := c.allLines(names)
	slices.SortStableFunc(lines, func(a, b string) int {
		order := 0
		switch {
		case opts.has("n"):
			order = cmp.Compare(leadingNumber(a), leadingNumber(b))
		case opts.has("f"):
			order = strings.Compare(strings.ToUpper(a), strings.ToUpper(b))
		}
		if order == 0 {
			order = strings.Compare(a, b)
		}
		if opts.has("r") {
			return -order
		}
		return order
	})
	if opts.has("u") {
		lines = slices.Compact(lines)
	}
	for _, line := range lines {
		if !c.printf("%s\n", line) {
			break
		}
	}
	return code
}

func leadingNumber(s string) float64 {
	s = strings.TrimLeft(s, " \t")
	end := 0
	for end < len(s) && (s[end] >= '0' && s[end] <= '9' || s[end] == '.' || end == 0 && s[end] == '-') {
		end++
	}
	n, err := strconv.ParseFloat(s[:end], 64)
	if err != nil {
		return 0
	}
	return n
}

func uniq(c *cmd) int {
	opts, names, ok := c.parse(spec{letters: "cdu", usage: "uniq [-cdu] [FILE]"})
	if !ok {
		return 2
	}
	lines, code := c.allLines(names)
	for len(lines) > 0 {
		n := 1
		for n < len(lines) && lines[n] == lines[0] {
			n++
		}
		if (!opts.has("d") || n > 1) && (!opts.has("u") || n == 1) {
			if opts.has("c") {
				c.printf("%7d ", n)
			}
			c.printf("%s\n", lines[0])
		}
		lines = lines[n:]
	}
	return code
}

func seq(c *cmd) int {
	bounds := []int{}
	for _, arg := range c.Args[1:] {
		n, err := strconv.Atoi(arg)
		if err != nil {
			return c.fail(1, "invalid number '%s'", arg)
		}
		bounds = append(bounds, n)
	}
	first, step, last := 1, 1, 0
	switch len(bounds) {
	case 1:
		last = bounds[0]
	case 2:
		first, last = bounds[0], bounds[1]
	case 3:
		first, step, last = bounds[0], bounds[1], bounds[2]
	default:
		return c.fail(1, "usage: seq [FIRST [STEP]] LAST")
	}
	if step == 0 {
		return c.fail(1, "the step must not be 0")
	}
	for n := first; (step > 0 && n <= last) || (step < 0 && n >= last); n += step {
		if !c.printf("%d\n", n) {
			break
		}
	}
	return 0
}
