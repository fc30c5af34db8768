package command

import (
	"io/fs"
	"strconv"
)

// test is `test` and `[` as a program of its own, for probes and the like; a
// shell has its own.
func test(c *cmd) int {
	args := c.Args[1:]
	if c.name == "[" {
		if len(args) == 0 || args[len(args)-1] != "]" {
			return c.fail(2, "missing ]")
		}
		args = args[:len(args)-1]
	}
	e := &expression{c: c, rest: args}
	result := len(args) > 0 && e.or()
	if e.bad || len(e.rest) > 0 {
		return c.fail(2, "syntax error")
	}
	if result {
		return 0
	}
	return 1
}

// expression reads test's operands from left to right (POSIX, test(1)).
type expression struct {
	c    *cmd
	rest []string
	bad  bool
}

func (e *expression) next() string {
	if len(e.rest) == 0 {
		e.bad = true
		return ""
	}
	word := e.rest[0]
	e.rest = e.rest[1:]
	return word
}

func (e *expression) at(word string) bool {
	if len(e.rest) > 0 && e.rest[0] == word {
		e.rest = e.rest[1:]
		return true
	}
	return false
}

func (e *expression) or() bool {
	result := e.and()
	for e.at("-o") {
		right := e.and()
		result = result || right
	}
	return result
}

func (e *expression) and() bool {
	result := e.not()
	for e.at("-a") {
		right := e.not()
		result = result && right
	}
	return result
}

func (e *expression) not() bool {
	if len(e.rest) > 1 && e.at("!") {
		return !e.not()
	}
	return e.primary()
}

func (e *expression) primary() bool {
	word := e.next()
	if word == "(" {
		result := e.or()
		e.bad = e.bad || !e.at(")")
		return result
	}
	if len(e.rest) > 1 && isBinary(e.rest[0]) {
		operator := e.next()
		return e.binary(word, operator, e.next())
	}
	if len(word) == 2 && word[0] == '-' && len(e.rest) > 0 {
		return e.unary(word[1], e.next())
	}
	return word != ""
}

func isBinary(word string) bool {
	switch word {
	case "=", "==", "!=", "-eq", "-ne", "-gt", "-ge", "-lt", "-le":
		return true
	}
	return false
}

func (e *expression) binary(left, operator, right string) bool {
	switch operator {
	case "=", "==":
		return left == right
	case "!=":
		return left != right
	}
	a, errA := strconv.Atoi(left)
	b, errB := strconv.Atoi(right)
	if errA != nil || errB != nil {
		e.bad = true
		return false
	}
	return map[string]bool{"-eq": a == b, "-ne": a != b, "-gt": a > b, "-ge": a >= b, "-lt": a < b, "-le": a <= b}[operator]
}

func (e *expression) unary(letter byte, operand string) bool {
	switch letter {
	case 'z':
		return operand == ""
	case 'n':
		return operand != ""
	case 'L', 'h':
		info, err := e.c.lstat(operand)
		return err == nil && info.Mode()&fs.ModeSymlink != 0
	}
	info, err := e.c.FS.Stat(e.c.abs(operand))
	if err != nil {
		return false
	}
	switch letter {
	case 'e', 'r', 'w':
		return true
	case 'f':
		return info.Mode().IsRegular()
	case 'd':
		return info.IsDir()
	case 's':
		return info.Size() > 0
	case 'x':
		return info.IsDir() || info.Mode().Perm()&0o111 != 0
	case 'c':
		return info.Mode()&fs.ModeCharDevice != 0
	}
	e.bad = true
	return false
}
