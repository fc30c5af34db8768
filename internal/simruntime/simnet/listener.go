package simnet

import (
	"net"
	"net/netip"
	"sync"
)

// backlog is how many connections wait for Accept; Linux's somaxconn is 4096.
// Beyond it a connection is refused, as with net.ipv4.tcp_abort_on_overflow.
const backlog = 4096

type listener struct {
	pod  *Pod
	addr netip.AddrPort
	done chan struct{}
	wake chan struct{} // holds one token while the queue may be non-empty

	mu     sync.Mutex
	queue  []net.Conn
	closed bool
}

func newListener(p *Pod, addr netip.AddrPort) *listener {
	return &listener{pod: p, addr: addr, done: make(chan struct{}), wake: make(chan struct{}, 1)}
}

func (l *listener) Addr() net.Addr { return net.TCPAddrFromAddrPort(l.addr) }

// Accept returns the next connection, or net.ErrClosed after Close.
func (l *listener) Accept() (net.Conn, error) {
	for {
		if conn, err := l.next(); conn != nil || err != nil {
			return conn, err
		}
		select {
		case <-l.wake:
		case <-l.done:
		}
	}
}

func (l *listener) next() (net.Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, l.fail("accept")
	}
	if len(l.queue) == 0 {
		return nil, nil
	}
	conn := l.queue[0]
	l.queue = l.queue[1:]
	if len(l.queue) > 0 {
		l.signal()
	}
	return conn, nil
}

func (l *listener) signal() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

func (l *listener) enqueue(conn net.Conn) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || len(l.queue) >= backlog {
		return ErrRefused
	}
	l.queue = append(l.queue, conn)
	l.signal()
	return nil
}

// Close ends Accept and drops the connections nobody accepted.
func (l *listener) Close() error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return l.fail("close")
	}
	l.closed = true
	waiting := l.queue
	l.queue = nil
	close(l.done)
	l.mu.Unlock()
	l.pod.forget(l)
	for _, conn := range waiting {
		_ = conn.Close() // the peer sees the end, which is all there is to say
	}
	return nil
}

func (l *listener) fail(op string) error {
	return &net.OpError{Op: op, Net: "tcp", Addr: l.Addr(), Err: net.ErrClosed}
}
