// Package logfile owns labctl's own log, for maintainers: one file below the
// state directory, capped, opened on the first record. It must never write to
// the screen and never let a secret through.
package logfile

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/hashicorp/go-hclog"
)

const (
	// Name is the file's name; older ones are Name.1 … Name.<keep>.
	Name = "labctl.log"

	limit = 1 << 20 // bytes after which the file is set aside
	keep  = 3       // files set aside
)

// New returns a logger into dir. Nothing is created before the first record;
// where the file cannot be written, records are dropped: a log must not be the
// reason a command fails.
func New(dir string, level hclog.Level) (hclog.Logger, io.Closer) {
	file := &file{path: filepath.Join(dir, Name)}
	log := hclog.New(&hclog.LoggerOptions{Name: "labctl", Level: level, Output: cleaner{file}})
	return log.With("pid", os.Getpid()), file
}

// Level reads "debug", "info", "warn" or "error"; anything else is not ok.
func Level(name string) (hclog.Level, bool) {
	switch level := hclog.LevelFromString(name); level {
	case hclog.Debug, hclog.Info, hclog.Warn, hclog.Error:
		return level, true
	default:
		return hclog.NoLevel, false
	}
}

type file struct {
	path string
	lock sync.Mutex
	open *os.File
	size int64
}

// Write appends one record.
func (f *file) Write(record []byte) (int, error) {
	f.lock.Lock()
	defer f.lock.Unlock()
	if f.open != nil && f.size > limit {
		_ = f.open.Close()
		f.open = nil
	}
	if f.open == nil && !f.reopen() {
		return len(record), nil
	}
	n, err := f.open.Write(record)
	f.size += int64(n)
	return n, err
}

// Close ends the log.
func (f *file) Close() error {
	f.lock.Lock()
	defer f.lock.Unlock()
	if f.open == nil {
		return nil
	}
	err := f.open.Close()
	f.open = nil
	return err
}

func (f *file) reopen() bool {
	if os.MkdirAll(filepath.Dir(f.path), 0o700) != nil {
		return false
	}
	if info, err := os.Stat(f.path); err == nil && info.Size() > limit {
		rotate(f.path)
	}
	opened, err := os.OpenFile(f.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return false
	}
	f.open, f.size = opened, 0
	if info, err := opened.Stat(); err == nil {
		f.size = info.Size()
	}
	return true
}

// rotate sets path aside as path.1, path.1 as path.2 and so on. Two labctl at
// once may both rotate: then one old file is lost, never a record being written.
func rotate(path string) {
	for n := keep; n > 1; n-- {
		_ = os.Rename(numbered(path, n-1), numbered(path, n))
	}
	_ = os.Rename(path, numbered(path, 1))
}

func numbered(path string, n int) string { return path + "." + strconv.Itoa(n) }

var (
	// secretValue is a telling key with its value as hclog writes it: bare, quoted,
	// or as a block of lines that each begin with "  | ".
	secretValue = regexp.MustCompile(`(?i)([\w.-]*(?:pass|token|secret|credential|authorization|proxyurl)[\w.-]*)=(?:\n(?:  \| .*\n?)+|"(?:[^"\\]|\\.)*"|\S+)`)
	userInfo    = regexp.MustCompile(`://[^/@\s"']+@`)
	bearer      = regexp.MustCompile(`(?i)(bearer|basic)\s+[A-Za-z0-9._~+/=-]+`)
)

// cleaner hides what must not be on disk; hclog hands it one whole record a call.
type cleaner struct{ io.Writer }

// Write passes the cleaned record on.
func (c cleaner) Write(record []byte) (int, error) {
	if _, err := io.WriteString(c.Writer, Redact(string(record))); err != nil {
		return 0, err
	}
	return len(record), nil
}

// Redact hides the values of telling keys, the user part of URLs and
// authorization values in s.
func Redact(s string) string {
	s = secretValue.ReplaceAllString(s, "$1=***")
	if strings.Contains(s, "://") {
		s = userInfo.ReplaceAllString(s, "://***@")
	}
	return bearer.ReplaceAllString(s, "$1 ***")
}
