package command

import (
	"errors"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// changer is an FS with modes and times.
type changer interface {
	Chmod(name string, mode fs.FileMode) error
	Chtimes(name string, when time.Time) error
}

func touch(c *cmd) int {
	_, names, ok := c.parse(spec{letters: "c", usage: "touch FILE..."})
	if !ok {
		return 2
	}
	return c.each(names, "cannot touch", func(name string) error {
		if files, ok := c.FS.(changer); ok {
			err := files.Chtimes(c.abs(name), time.Now())
			if !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
		file, err := c.FS.OpenFile(c.abs(name), os.O_WRONLY|os.O_CREATE, 0o644)
		if err != nil {
			return err
		}
		return file.Close()
	})
}

func chmod(c *cmd) int {
	if len(c.Args) < 3 {
		return c.fail(1, "missing operand\nUsage: chmod MODE FILE...")
	}
	files, ok := c.FS.(changer)
	if !ok {
		return c.fail(1, "this file system has no modes")
	}
	return c.each(c.Args[2:], "cannot change mode of", func(name string) error {
		info, err := c.FS.Stat(c.abs(name))
		if err != nil {
			return err
		}
		mode, err := newMode(c.Args[1], info.Mode().Perm())
		if err != nil {
			return err
		}
		return files.Chmod(c.abs(name), mode)
	})
}

// newMode reads an octal mode, or letters as in u+x, go-w, a=r.
func newMode(text string, mode fs.FileMode) (fs.FileMode, error) {
	if octal, err := strconv.ParseUint(text, 8, 12); err == nil {
		return fs.FileMode(octal).Perm(), nil
	}
	for clause := range strings.SplitSeq(text, ",") {
		at := strings.IndexAny(clause, "+-=")
		if at < 0 {
			return 0, syscall.EINVAL
		}
		var who, what fs.FileMode
		for _, letter := range clause[:at] {
			who |= map[rune]fs.FileMode{'u': 0o700, 'g': 0o070, 'o': 0o007, 'a': 0o777}[letter]
		}
		if at == 0 {
			who = 0o777
		}
		for _, letter := range clause[at+1:] {
			what |= map[rune]fs.FileMode{'r': 0o444, 'w': 0o222, 'x': 0o111}[letter]
		}
		switch clause[at] {
		case '+':
			mode |= who & what
		case '-':
			mode &^= who & what
		default:
			mode = mode&^who | who&what
		}
	}
	return mode, nil
}
