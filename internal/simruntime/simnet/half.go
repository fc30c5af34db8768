package simnet

import (
	"io"
	"net"
	"os"
	"sync"
	"syscall"
)

// window is how many bytes one direction holds before its writer waits.
const window = 64 << 10

// half is one direction of a connection.
type half struct {
	mu       sync.Mutex
	buf      []byte
	finished bool          // the writer is done: EOF after buf
	gone     bool          // the reader is done: EPIPE at once
	changed  chan struct{} // closed at the next change; nil while nobody waits
}

func newHalf() *half { return &half{} }

// wait returns a channel that closes at the next change. h.mu is held.
func (h *half) wait() <-chan struct{} {
	if h.changed == nil {
		h.changed = make(chan struct{})
	}
	return h.changed
}

// announce wakes all who wait. h.mu is held.
func (h *half) announce() {
	if h.changed != nil {
		close(h.changed)
		h.changed = nil
	}
}

func (h *half) read(b []byte, done, expired <-chan struct{}) (int, error) {
	for {
		n, changed, err := h.tryRead(b, done, expired)
		if changed == nil {
			return n, err
		}
		select {
		case <-changed:
		case <-done:
		case <-expired:
		}
	}
}

func (h *half) tryRead(b []byte, done, expired <-chan struct{}) (int, <-chan struct{}, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case over(done):
		return 0, nil, net.ErrClosed
	case over(expired):
		return 0, nil, os.ErrDeadlineExceeded
	case len(b) == 0:
		return 0, nil, nil
	case len(h.buf) > 0:
		n := copy(b, h.buf)
		h.buf = h.buf[n:]
		if len(h.buf) == 0 {
			h.buf = nil // an idle connection holds no buffer
		}
		h.announce()
		return n, nil, nil
	case h.finished:
		return 0, nil, io.EOF
	}
	return 0, h.wait(), nil
}

func (h *half) write(b []byte, done, expired <-chan struct{}) (int, error) {
	written := 0
	for {
		n, changed, err := h.tryWrite(b[written:], done, expired)
		written += n
		if changed == nil {
			return written, err
		}
		select {
		case <-changed:
		case <-done:
		case <-expired:
		}
	}
}

// tryWrite takes what fits; a channel to wait on means that bytes are left.
func (h *half) tryWrite(b []byte, done, expired <-chan struct{}) (int, <-chan struct{}, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case over(done):
		return 0, nil, net.ErrClosed
	case over(expired):
		return 0, nil, os.ErrDeadlineExceeded
	case h.gone || h.finished:
		return 0, nil, syscall.EPIPE
	}
	n := min(len(b), window-len(h.buf))
	if n > 0 {
		h.buf = append(h.buf, b[:n]...)
		h.announce()
	}
	if n == len(b) {
		return n, nil, nil
	}
	return n, h.wait(), nil
}

func (h *half) finish() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.finished = true
	h.announce()
}

func (h *half) abandon() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.gone = true
	h.buf = nil
	h.announce()
}

func over(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
