package simnet

import (
	"context"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/labctl-dev/labctl/internal/simruntime/process"
)

var _ process.Net = (*Scope)(nil)

// Scope is a pod's network as one container uses it. It remembers what the
// container opened, because the end of a container closes its sockets while the
// pod's network stays. It implements process.Net and is safe for concurrent use.
type Scope struct {
	pod    *Pod
	usage  counters
	mu     sync.Mutex
	open   map[io.Closer]struct{}
	closed bool
}

type counters struct{ rx, tx, conns atomic.Uint64 }

// Usage counts what went through a Scope since it was opened.
type Usage struct {
	RxBytes, TxBytes uint64
	Conns            uint64 // accepted and dialled
}

// Open returns a new scope of the pod.
func (p *Pod) Open() *Scope { return &Scope{pod: p, open: map[io.Closer]struct{}{}} }

// IP returns the pod's address.
func (s *Scope) IP() net.IP { return s.pod.IP() }

// Usage returns the counters.
func (s *Scope) Usage() Usage {
	return Usage{RxBytes: s.usage.rx.Load(), TxBytes: s.usage.tx.Load(), Conns: s.usage.conns.Load()}
}

// Listen is Pod.Listen within the scope.
func (s *Scope) Listen(ctx context.Context, port int) (net.Listener, error) {
	l, err := s.pod.Listen(ctx, port)
	if err != nil {
		return nil, err
	}
	scoped := &scopedListener{Listener: l, scope: s}
	if !s.track(scoped) {
		_ = l.Close() // the container has ended meanwhile
		return nil, s.ended("listen")
	}
	return scoped, nil
}

// DialContext is Pod.DialContext within the scope.
func (s *Scope) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := s.pod.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return s.adopt(conn, "dial")
}

func (s *Scope) adopt(conn net.Conn, op string) (net.Conn, error) {
	scoped := &scopedConn{Conn: conn, scope: s}
	if !s.track(scoped) {
		_ = conn.Close() // the container has ended meanwhile
		return nil, s.ended(op)
	}
	s.usage.conns.Add(1)
	return scoped, nil
}

func (s *Scope) ended(op string) error {
	return &net.OpError{Op: op, Net: "tcp", Err: os.NewSyscallError(op, syscall.ECANCELED)}
}

func (s *Scope) track(c io.Closer) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.open[c] = struct{}{}
	return true
}

func (s *Scope) untrack(c io.Closer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, c)
}

// Close closes every listener and connection opened through the scope.
func (s *Scope) Close() error {
	s.mu.Lock()
	s.closed = true
	open := make([]io.Closer, 0, len(s.open))
	for c := range s.open {
		open = append(open, c)
	}
	s.mu.Unlock()
	for _, c := range open {
		_ = c.Close() // a peer that is gone already is no failure
	}
	return nil
}

type scopedListener struct {
	net.Listener
	scope *Scope
}

func (l *scopedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return l.scope.adopt(conn, "accept")
}

func (l *scopedListener) Close() error {
	l.scope.untrack(l)
	return l.Listener.Close()
}

type scopedConn struct {
	net.Conn
	scope *Scope
}

func (c *scopedConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.scope.usage.rx.Add(uint64(n)) //nolint:gosec // a count
	return n, err
}

func (c *scopedConn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	c.scope.usage.tx.Add(uint64(n)) //nolint:gosec // a count
	return n, err
}

func (c *scopedConn) CloseWrite() error { return closeWrite(c.Conn) }

func (c *scopedConn) Close() error {
	c.scope.untrack(c)
	return c.Conn.Close()
}
