package simruntime

import (
	"io"
	"sync"
)

// stdinSize is how much of the input waits for the program, as in a Linux pipe.
const stdinSize = 64 << 10

// stdin is the standard input of a process. Unlike io.Pipe it can be closed by
// the runtime while a program waits in Read, and it buffers, so that a client
// may be gone before the program reads. The zero value is not usable.
type stdin struct {
	mu     sync.Mutex
	change *sync.Cond
	buf    []byte
	closed bool
}

func newStdin() *stdin {
	s := &stdin{}
	s.change = sync.NewCond(&s.mu)
	return s
}

// closedStdin reads as /dev/null does.
func closedStdin() *stdin {
	s := newStdin()
	s.closed = true
	return s
}

func (s *stdin) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.buf) == 0 && !s.closed {
		s.change.Wait()
	}
	if len(s.buf) == 0 {
		return 0, io.EOF
	}
	n := copy(p, s.buf)
	s.buf = s.buf[n:]
	s.change.Broadcast()
	return n, nil
}

func (s *stdin) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	written := 0
	for written < len(p) {
		for len(s.buf) >= stdinSize && !s.closed {
			s.change.Wait()
		}
		if s.closed {
			return written, io.ErrClosedPipe
		}
		n := min(len(p)-written, stdinSize-len(s.buf))
		s.buf = append(s.buf, p[written:written+n]...)
		written += n
		s.change.Broadcast()
	}
	return written, nil
}

// Close ends the input: what is buffered can still be read.
func (s *stdin) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.change.Broadcast()
	return nil
}
