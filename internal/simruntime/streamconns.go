package simruntime

import (
	"net"
	"sync"
)

// streamListener remembers its connections: http.Server forgets those that
// became streams, and closing the runtime must end them.
type streamListener struct {
	net.Listener

	mu   sync.Mutex
	open map[net.Conn]struct{}
}

func newStreamListener(l net.Listener) *streamListener {
	return &streamListener{Listener: l, open: map[net.Conn]struct{}{}}
}

// Accept returns the next connection.
func (l *streamListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	tracked := &streamConn{Conn: conn, listener: l}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open[tracked] = struct{}{}
	return tracked, nil
}

// closeAll closes every connection that is open.
func (l *streamListener) closeAll() {
	l.mu.Lock()
	all := make([]net.Conn, 0, len(l.open))
	for conn := range l.open {
		all = append(all, conn)
	}
	l.mu.Unlock()
	for _, conn := range all {
		_ = conn.Close() // a client that left already is no failure
	}
}

type streamConn struct {
	net.Conn
	listener *streamListener
}

func (c *streamConn) Close() error {
	c.listener.mu.Lock()
	delete(c.listener.open, c)
	c.listener.mu.Unlock()
	return c.Conn.Close()
}
