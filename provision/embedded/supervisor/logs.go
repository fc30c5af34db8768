package supervisor

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/labctl-dev/labctl/internal/execx"
	"github.com/labctl-dev/labctl/internal/safefile"
	"github.com/labctl-dev/labctl/provision/embedded/component"
)

// maxLogSize is how large a component's log grows before it becomes NAME.log.1
// and the one before that goes. So a lab's logs stay below 20 MiB a component.
const maxLogSize = 10 << 20

// LogFile is the log of a component.
func LogFile(logDir, name string) string { return filepath.Join(logDir, name+".log") }

// logs are the open log files of all components.
type logs struct {
	files map[string]*rotating
}

func openLogs(dir string, components []component.Component) (*logs, error) {
	l := &logs{files: map[string]*rotating{}}
	for _, spec := range components {
		file, err := openRotating(LogFile(dir, spec.Name), maxLogSize)
		if err != nil {
			l.close()
			return nil, err
		}
		l.files[spec.Name] = file
	}
	return l, nil
}

func (l *logs) close() {
	for _, file := range l.files {
		_ = file.Close() // nothing is buffered: what could be written has been
	}
}

// rotating is a log file of limited size.
type rotating struct {
	mu   sync.Mutex
	path string
	max  int64
	file *os.File
	size int64
}

func openRotating(path string, limit int64) (*rotating, error) {
	r := &rotating{path: path, max: limit}
	if err := r.open(); err != nil {
		return nil, safefile.Explain(path, fmt.Errorf("opening log: %w", err))
	}
	return r, nil
}

func (r *rotating) open() error {
	file, err := os.OpenFile(r.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, safefile.PrivateFile)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err != nil {
		return errors.Join(err, file.Close())
	}
	r.file, r.size = file, info.Size()
	return nil
}

// Write never reports an error: a component must not die of a full disk that
// only its log suffers from.
func (r *rotating) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.size > 0 && r.size+int64(len(p)) > r.max {
		r.rotate()
	}
	if r.file != nil {
		n, _ := r.file.Write(p)
		r.size += int64(n)
	}
	return len(p), nil
}

// rotate keeps writing to the old file if it cannot be renamed, as on Windows
// while somebody reads it; size starts over so that it is not tried every line.
func (r *rotating) rotate() {
	r.size = 0
	if r.file != nil {
		_ = r.file.Close()
		r.file = nil
	}
	_ = os.Rename(r.path, r.path+".1")
	if r.open() != nil {
		r.file = nil
	}
}

// Close closes the file.
func (r *rotating) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.file == nil {
		return nil
	}
	err := r.file.Close()
	r.file = nil
	return err
}

// launcher starts components' processes with their logs.
type launcher struct {
	logs *logs
	exec *execx.Launcher
}

func newLauncher(l *logs) *launcher { return &launcher{logs: l, exec: execx.NewLauncher()} }

func (l *launcher) close() { l.exec.Close() }

func (l *launcher) start(spec component.Component) (running, error) {
	tail := &execx.Tail{}
	out := &both{tail: tail, log: l.logs.files[spec.Name]}
	process, err := l.exec.Start(execx.Cmd{Path: spec.Path, Args: spec.Args, AddEnv: spec.Env, Stdout: out, Stderr: out})
	if err != nil {
		return running{}, err
	}
	return running{
		pid:       process.PID(),
		done:      process.Done(),
		why:       func() string { return lastWords(process.Err(), tail) },
		release:   process.Release,
		terminate: process.Terminate,
		kill:      process.Kill,
	}, nil
}

// both is comparable, so that os/exec gives stdout and stderr one pipe and
// keeps their lines in order.
type both struct {
	tail *execx.Tail
	log  *rotating
}

func (b *both) Write(p []byte) (int, error) {
	_, _ = b.tail.Write(p)
	return b.log.Write(p)
}

// telling picks the line of a component's last output that says why it ended: a
// Go program that panics ends with pages of stack behind that line.
func telling(text string) string {
	for _, mark := range []string{DiskFull, "panic: ", "fatal error: "} {
		for line := range strings.Lines(text) {
			if strings.Contains(line, mark) {
				return strings.TrimSpace(line)
			}
		}
	}
	return execx.LastLine(text)
}

// DiskFull is how every operating-system error of a full disk reads in Go.
const DiskFull = "no space left on device"

func lastWords(err error, tail *execx.Tail) string {
	how := "ended by itself"
	if err != nil {
		how = err.Error()
	}
	if line := telling(tail.String()); line != "" {
		how += ": " + line
	}
	return how
}
