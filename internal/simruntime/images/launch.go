package images

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"

	"github.com/labctl-dev/labctl/internal/simruntime/process"
)

// maxInterpreters bounds "#!" lines that name each other, as Linux does (execve(2)).
const maxInterpreters = 4

// maxFirstLine is how much of a file is read for its "#!" line (execve(2)).
const maxFirstLine = 255

// launcher starts programs by the files that stand for them.
type launcher struct {
	programs map[string]process.Program
}

func (l *launcher) knows(program string) bool { return l.programs[program] != nil }

// Launch runs p.Args. The error says that nothing was started: fs.ErrNotExist,
// fs.ErrPermission or ENOEXEC; p may then be tried in another way.
func (l *launcher) Launch(ctx context.Context, p *process.Process) (int, error) {
	run := *p
	for range maxInterpreters + 1 {
		file, err := search(p.FS, p.Dir, run.Args[0], p.Env)
		if err != nil {
			return 0, err
		}
		line, err := firstLine(p.FS, file)
		if err != nil {
			return 0, err
		}
		if name, ok := strings.CutPrefix(line, programMark); ok && l.knows(name) {
			return l.programs[name](ctx, &run), nil
		}
		interpreter, ok := strings.CutPrefix(line, "#!")
		if !ok || strings.TrimSpace(interpreter) == "" {
			return 0, &execError{name: p.Args[0], err: syscall.ENOEXEC}
		}
		if strings.Contains(run.Args[0], "/") {
			file = run.Args[0] // a script sees its name as it was called
		}
		words := strings.SplitN(strings.TrimSpace(interpreter), " ", 2)
		run.Args = append(append(words, file), run.Args[1:]...)
	}
	return 0, &execError{name: p.Args[0], err: syscall.ELOOP}
}

// Find returns the path of the executable name.
func (l *launcher) Find(p *process.Process, name string) (string, error) {
	return search(p.FS, p.Dir, name, p.Env)
}

func firstLine(files process.FS, name string) (string, error) {
	file, err := files.OpenFile(name, os.O_RDONLY, 0)
	if err != nil {
		return "", err
	}
	line, err := bufio.NewReader(io.LimitReader(file, maxFirstLine)).ReadString('\n')
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return strings.TrimRight(line, "\r\n"), errors.Join(err, file.Close())
}

// stater is what search needs of a file system.
type stater interface {
	Stat(name string) (fs.FileInfo, error)
}

// execError says that a program cannot be started, in runc's words.
type execError struct {
	name string
	err  error // fs.ErrNotExist and the like
	word string
}

func (e *execError) Error() string {
	if e.word != "" {
		return fmt.Sprintf("exec: %q: %s", e.name, e.word)
	}
	return fmt.Sprintf("exec: %q: %v", e.name, e.err)
}

func (e *execError) Unwrap() error { return e.err }

// search finds an executable as execvp(3) does.
func search(files stater, dir, name string, env []string) (string, error) {
	if name == "" {
		return "", &execError{name: name, err: fs.ErrNotExist, word: "no command was given"}
	}
	if strings.Contains(name, "/") {
		full := name
		if !path.IsAbs(full) {
			full = path.Join("/", dir, name)
		}
		if err := executable(files, full); err != nil {
			return "", &execError{name: name, err: err, word: wordFor(full, err)}
		}
		return full, nil
	}
	denied := false
	for elem := range strings.SplitSeq(lookupPath(env), ":") {
		full := path.Join("/", dir, elem, name)
		if path.IsAbs(elem) {
			full = path.Join(elem, name)
		}
		err := executable(files, full)
		if err == nil {
			return full, nil
		}
		denied = denied || errors.Is(err, fs.ErrPermission)
	}
	if denied {
		return "", &execError{name: name, err: fs.ErrPermission, word: "permission denied"}
	}
	return "", &execError{name: name, err: fs.ErrNotExist, word: "executable file not found in $PATH"}
}

func wordFor(full string, err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "stat " + full + ": no such file or directory"
	case errors.Is(err, syscall.EISDIR):
		return "is a directory"
	}
	return "permission denied"
}

func executable(files stater, name string) error {
	info, err := files.Stat(name)
	switch {
	case err != nil:
		return err
	case info.IsDir():
		return syscall.EISDIR
	case info.Mode().Perm()&0o111 == 0:
		return fs.ErrPermission
	}
	return nil
}

func lookupPath(env []string) string {
	found := "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
	for _, pair := range env {
		if value, ok := strings.CutPrefix(pair, "PATH="); ok {
			found = value
		}
	}
	return found
}

// complain writes why nothing started and returns the exit code for it.
func complain(p *process.Process, err error) int {
	_, _ = fmt.Fprintln(p.Stderr, err) // nobody is left to tell
	if errors.Is(err, fs.ErrNotExist) {
		return 127
	}
	return 126
}
