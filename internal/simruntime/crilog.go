package simruntime

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// maxLogLine is how many bytes of a line one log entry holds, containerd's
// max_container_log_line_size. Longer lines are split into entries tagged P.
const maxLogLine = 16 << 10

// criLog writes a container's log file in the CRI format: one entry a line,
// "<RFC3339Nano> <stdout|stderr> <F|P> <content>"; see
// https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md
type criLog struct {
	path string
	now  func() time.Time

	mu      sync.Mutex
	file    io.WriteCloser // nil when the container has no log
	streams []*logStream
	closed  bool
}

// openLog opens a log for appending; an empty path is a log that keeps nothing.
func openLog(path string, now func() time.Time) (*criLog, error) {
	l := &criLog{path: path, now: now}
	if path == "" {
		return l, nil
	}
	if err := l.open(); err != nil {
		return nil, err
	}
	return l, nil
}

func (l *criLog) open() error {
	if err := os.MkdirAll(filepath.Dir(l.path), 0o750); err != nil {
		return fmt.Errorf("container log: %w", err)
	}
	file, err := openAppend(l.path)
	if err != nil {
		return fmt.Errorf("container log: %w", err)
	}
	l.file = file
	return nil
}

// reopen continues in a new file of the same name, after a rotation renamed the
// old one. A line in progress goes on in the new file.
func (l *criLog) reopen() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || l.path == "" {
		return nil
	}
	old := l.file
	if err := l.open(); err != nil {
		return err
	}
	return old.Close()
}

// close writes what is left of the last lines, as partial ones, and closes the
// file. Later writes are dropped.
func (l *criLog) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	if l.file == nil {
		return nil
	}
	for _, s := range l.streams {
		if len(s.line) > 0 {
			l.entry(s, runtimeapi.LogTagPartial, s.line)
		}
	}
	return l.file.Close()
}

// stream returns the writer of one stream. It never fails: a container does not
// stop because its log cannot be written.
func (l *criLog) stream(name runtimeapi.LogStreamType) io.Writer {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := &logStream{log: l, name: name}
	l.streams = append(l.streams, s)
	return s
}

// entry writes one log entry; l.mu is held. A full disk loses the entry, as it
// does with containerd.
func (l *criLog) entry(s *logStream, tag runtimeapi.LogTag, content []byte) {
	s.buf = l.now().UTC().AppendFormat(s.buf[:0], time.RFC3339Nano)
	s.buf = append(s.buf, ' ')
	s.buf = append(s.buf, s.name...)
	s.buf = append(s.buf, ' ')
	s.buf = append(s.buf, tag...)
	s.buf = append(s.buf, ' ')
	s.buf = append(s.buf, content...)
	s.buf = append(s.buf, '\n')
	_, _ = l.file.Write(s.buf)
}

type logStream struct {
	log  *criLog
	name runtimeapi.LogStreamType
	line []byte // what came since the last newline
	buf  []byte
}

func (s *logStream) Write(p []byte) (int, error) {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	if s.log.closed || s.log.file == nil {
		return len(p), nil
	}
	for rest := p; len(rest) > 0; {
		rest = s.take(rest)
	}
	return len(p), nil
}

// take consumes the part of p that belongs to the line in progress.
func (s *logStream) take(p []byte) (rest []byte) {
	before, after, ok := bytes.Cut(p, []byte{'\n'})
	piece, rest := p, []byte(nil)
	if ok {
		piece, rest = before, after
	}
	for len(s.line)+len(piece) > maxLogLine {
		n := maxLogLine - len(s.line)
		s.line = append(s.line, piece[:n]...)
		piece = piece[n:]
		s.log.entry(s, runtimeapi.LogTagPartial, s.line)
		s.line = s.line[:0]
	}
	s.line = append(s.line, piece...)
	if ok {
		s.log.entry(s, runtimeapi.LogTagFull, s.line)
		s.line = s.line[:0]
	}
	return rest
}
