package command

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"
)

func fileCommands() map[string]func(*cmd) int {
	return map[string]func(*cmd) int{
		"ls": ls, "mkdir": mkdir, "rmdir": rmdir, "rm": rm, "cp": cp, "mv": mv,
		"touch": touch, "chmod": chmod, "pwd": pwd,
	}
}

func pwd(c *cmd) int {
	c.printf("%s\n", path.Join("/", c.Dir))
	return 0
}

// each runs do for every operand and reports failures as `NAME: verb 'x': why`.
func (c *cmd) each(names []string, verb string, do func(name string) error) int {
	if len(names) == 0 {
		return c.fail(1, "missing operand")
	}
	code := 0
	for _, name := range names {
		if err := do(name); err != nil {
			code = c.fail(1, "%s '%s': %s", verb, name, reasonOf(err))
		}
	}
	return code
}

func mkdir(c *cmd) int {
	opts, names, ok := c.parse(spec{letters: "pm:", long: map[string]string{"parents": "p"}, usage: "mkdir [-p] DIRECTORY..."})
	if !ok {
		return 2
	}
	return c.each(names, "cannot create directory", func(name string) error {
		if !opts.has("p") {
			return c.FS.Mkdir(c.abs(name), 0o755)
		}
		return c.mkdirAll(c.abs(name))
	})
}

func (c *cmd) mkdirAll(name string) error {
	var done strings.Builder
	for part := range strings.SplitSeq(strings.Trim(name, "/"), "/") {
		done.WriteString("/" + part)
		err := c.FS.Mkdir(done.String(), 0o755)
		if err == nil || errors.Is(err, fs.ErrExist) || part == ".." {
			continue
		}
		if info, serr := c.FS.Stat(done.String()); serr == nil && info.IsDir() { // EROFS and the like
			continue
		}
		return err
	}
	info, err := c.FS.Stat(name)
	if err == nil && !info.IsDir() {
		return fs.ErrExist
	}
	return err
}

func rmdir(c *cmd) int {
	_, names, ok := c.parse(spec{usage: "rmdir DIRECTORY..."})
	if !ok {
		return 2
	}
	return c.each(names, "failed to remove", func(name string) error {
		if info, err := c.lstat(name); err == nil && !info.IsDir() {
			return syscall.ENOTDIR
		}
		return c.FS.Remove(c.abs(name))
	})
}

func rm(c *cmd) int {
	opts, names, ok := c.parse(spec{letters: "rRfiv", long: map[string]string{"recursive": "r", "force": "f"}, usage: "rm [-rf] FILE..."})
	if !ok {
		return 2
	}
	if len(names) == 0 && opts.has("f") {
		return 0
	}
	return c.each(names, "cannot remove", func(name string) error {
		info, err := c.lstat(name)
		switch {
		case errors.Is(err, fs.ErrNotExist) && opts.has("f"):
			return nil
		case err != nil:
			return err
		case info.IsDir() && !opts.has("r") && !opts.has("R"):
			return syscall.EISDIR
		}
		return c.removeAll(c.abs(name), info)
	})
}

func (c *cmd) removeAll(name string, info fs.FileInfo) error {
	if !info.IsDir() {
		return c.FS.Remove(name)
	}
	entries, err := c.FS.ReadDir(name)
	if err != nil {
		return err
	}
	var errs []error
	for _, entry := range entries {
		child := path.Join(name, entry.Name())
		below, err := c.lstat(child)
		if err == nil {
			err = c.removeAll(child, below)
		}
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return c.FS.Remove(name)
}

// target splits operands into sources and destination; into says that the
// destination is a directory to put them in.
func (c *cmd) target(operands []string) (sources []string, to string, into bool, code int) {
	if len(operands) < 2 {
		return nil, "", false, c.fail(1, "missing file operand")
	}
	to = operands[len(operands)-1]
	sources = operands[:len(operands)-1]
	info, err := c.FS.Stat(c.abs(to))
	into = err == nil && info.IsDir()
	if len(sources) > 1 && !into {
		return nil, "", false, c.fail(1, "target '%s' is not a directory", to)
	}
	return sources, to, into, 0
}

func cp(c *cmd) int {
	opts, operands, ok := c.parse(spec{letters: "rRapfv", usage: "cp [-r] SOURCE... DEST"})
	if !ok {
		return 2
	}
	sources, to, into, code := c.target(operands)
	if code != 0 {
		return code
	}
	return c.each(sources, "cannot copy", func(name string) error {
		dest := c.abs(to)
		if into {
			dest = path.Join(dest, path.Base(c.abs(name)))
		}
		info, err := c.FS.Stat(c.abs(name))
		if err != nil {
			return err
		}
		if info.IsDir() && !opts.has("r") && !opts.has("R") && !opts.has("a") {
			return syscall.EISDIR
		}
		if strings.HasPrefix(dest+"/", path.Clean(c.abs(name))+"/") {
			return syscall.EINVAL // into itself
		}
		return c.copyTree(c.abs(name), dest, info)
	})
}

func (c *cmd) copyTree(from, to string, info fs.FileInfo) error {
	if !info.IsDir() {
		return c.copyFile(from, to, info.Mode().Perm())
	}
	if err := c.FS.Mkdir(to, info.Mode().Perm()); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	entries, err := c.FS.ReadDir(from)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		child, err := c.FS.Stat(path.Join(from, entry.Name()))
		if err != nil {
			return err
		}
		if err := c.copyTree(path.Join(from, entry.Name()), path.Join(to, entry.Name()), child); err != nil {
			return err
		}
	}
	return nil
}

func (c *cmd) copyFile(from, to string, perm fs.FileMode) error {
	in, err := c.FS.OpenFile(from, os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // only read
	out, err := c.create(to, perm)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

func mv(c *cmd) int {
	_, operands, ok := c.parse(spec{letters: "fv", usage: "mv SOURCE... DEST"})
	if !ok {
		return 2
	}
	sources, to, into, code := c.target(operands)
	if code != 0 {
		return code
	}
	return c.each(sources, "cannot move", func(name string) error {
		from, dest := c.abs(name), c.abs(to)
		if into {
			dest = path.Join(dest, path.Base(from))
		}
		err := c.FS.Rename(from, dest)
		if !errors.Is(err, syscall.EXDEV) {
			return err
		}
		info, err := c.FS.Stat(from)
		if err != nil {
			return err
		}
		if strings.HasPrefix(path.Clean(dest)+"/", path.Clean(from)+"/") {
			return syscall.EINVAL
		}
		if err := c.copyTree(from, dest, info); err != nil {
			return err
		}
		return c.removeAll(from, info)
	})
}
