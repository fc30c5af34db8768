package command

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// lstater is an FS that can describe a symbolic link itself.
type lstater interface {
	Lstat(name string) (fs.FileInfo, error)
}

// linkReader is an FS that can read a symbolic link.
type linkReader interface {
	ReadLink(name string) (string, error)
}

func (c *cmd) lstat(name string) (fs.FileInfo, error) {
	if links, ok := c.FS.(lstater); ok {
		return links.Lstat(c.abs(name))
	}
	return c.FS.Stat(c.abs(name))
}

// listed is one line of ls.
type listed struct {
	name string // as shown
	full string
	info fs.FileInfo
}

func ls(c *cmd) int {
	opts, names, ok := c.parse(spec{letters: "laA1Rdhtr", long: map[string]string{"all": "a"}, usage: "ls [-1AadhlRrt] [FILE]..."})
	if !ok {
		return 2
	}
	if len(names) == 0 {
		names = []string{"."}
	}
	var files []listed
	var dirs []string
	code := 0
	for _, name := range names {
		info, err := c.FS.Stat(c.abs(name))
		if err != nil || opts.has("l") && !strings.HasSuffix(name, "/") {
			if itself, lerr := c.lstat(name); lerr == nil {
				info, err = itself, nil
			}
		}
		switch {
		case err != nil:
			code = c.fail(1, "%s: %s", name, reasonOf(err))
		case info.IsDir() && !opts.has("d"):
			dirs = append(dirs, name)
		default:
			files = append(files, listed{name: name, full: c.abs(name), info: info})
		}
	}
	c.show(files, opts)
	for i, dir := range dirs {
		if len(names) > 1 {
			if i > 0 || len(files) > 0 {
				c.printf("\n")
			}
			c.printf("%s:\n", dir)
		}
		code = max(code, c.listDir(dir, opts))
	}
	return code
}

func (c *cmd) listDir(dir string, opts options) int {
	entries, err := c.FS.ReadDir(c.abs(dir))
	if err != nil {
		return c.fail(1, "%s: %s", dir, reasonOf(err))
	}
	var list []listed
	if opts.has("a") {
		for _, name := range []string{".", ".."} {
			full := path.Join(c.abs(dir), name)
			if info, err := c.FS.Stat(full); err == nil {
				list = append(list, listed{name: name, full: full, info: info})
			}
		}
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), ".") && !opts.has("a") && !opts.has("A") {
			continue
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return c.fail(1, "%s: %s", entry.Name(), reasonOf(err))
		}
		list = append(list, listed{name: entry.Name(), full: c.abs(dir) + "/" + entry.Name(), info: info})
	}
	if opts.has("l") {
		c.printf("total %d\n", blocks(list))
	}
	c.show(list, opts)
	return c.recurse(dir, list, opts)
}

func (c *cmd) recurse(dir string, list []listed, opts options) int {
	code := 0
	for _, e := range list {
		if opts.has("R") && e.info.IsDir() && e.name != "." && e.name != ".." {
			c.printf("\n%s/%s:\n", strings.TrimSuffix(dir, "/"), e.name)
			code = max(code, c.listDir(dir+"/"+e.name, opts))
		}
	}
	return code
}

// blocks is the sum ls calls total, in KiB.
func blocks(list []listed) int64 {
	var sum int64
	for _, e := range list {
		if e.info.Mode().IsRegular() {
			sum += (e.info.Size() + 4095) / 4096 * 4
		}
	}
	return sum
}

func (c *cmd) show(list []listed, opts options) {
	if opts.has("t") {
		slices.SortStableFunc(list, func(a, b listed) int { return b.info.ModTime().Compare(a.info.ModTime()) })
	}
	if opts.has("r") {
		slices.Reverse(list)
	}
	if opts.has("l") {
		width := 1
		for _, e := range list {
			width = max(width, len(strconv.FormatInt(e.info.Size(), 10)))
		}
		for _, e := range list {
			c.printf("%s\n", c.long(e, width))
		}
		return
	}
	separator := "\n"
	if c.TTY && !opts.has("1") {
		separator = "  "
	}
	for i, e := range list {
		if i > 0 {
			c.printf("%s", separator)
		}
		c.printf("%s", e.name)
	}
	if len(list) > 0 {
		c.printf("\n")
	}
}

// long is a line of ls -l. Everything in a container belongs to root.
func (c *cmd) long(e listed, width int) string {
	name := e.name
	if links, ok := c.FS.(linkReader); ok && e.info.Mode()&fs.ModeSymlink != 0 {
		if target, err := links.ReadLink(e.full); err == nil {
			name += " -> " + target
		}
	}
	return fmt.Sprintf("%s 1 root root %*d %s %s", modeText(e.info.Mode()), width, e.info.Size(), listTime(e.info.ModTime()), name) //nolint:dupword // user and group
}

// modeText writes a mode as ls does, which differs from Go in the first letter.
func modeText(mode fs.FileMode) string {
	first := "-"
	switch {
	case mode.IsDir():
		first = "d"
	case mode&fs.ModeSymlink != 0:
		first = "l"
	case mode&fs.ModeCharDevice != 0:
		first = "c"
	}
	bits := mode.Perm().String()[1:]
	if mode&fs.ModeSticky != 0 {
		bits = bits[:8] + "t"
	}
	return first + bits
}

func listTime(t time.Time) string {
	if age := time.Since(t); age > 180*24*time.Hour || age < -time.Hour {
		return t.UTC().Format("Jan _2  2006")
	}
	return t.UTC().Format("Jan _2 15:04")
}
