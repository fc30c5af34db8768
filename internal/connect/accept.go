package connect

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"
)

// Accept answers a CONNECT request with 200 and takes its connection over. What
// the peer has sent ahead of the answer is read first.
func Accept(w http.ResponseWriter) (net.Conn, error) {
	hijacker, ok := w.(http.Hijacker)
	if !ok {
		return nil, errors.New("connect: this server cannot hand over its connections")
	}
	conn, buffered, err := hijacker.Hijack()
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	if _, err := io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("connect: %w", err)
	}
	return withHead(conn, buffered.Reader), nil
}

// Refuse answers a CONNECT request that failed, so that the Dialer at the other
// end sees the same error number.
func Refuse(w http.ResponseWriter, err error) {
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		w.Header().Set(errnoHeader, "ECONNREFUSED")
	case errors.Is(err, syscall.EHOSTUNREACH):
		w.Header().Set(errnoHeader, "EHOSTUNREACH")
	}
	http.Error(w, err.Error(), http.StatusBadGateway)
}

// withHead returns conn such that bytes already in r come first.
func withHead(conn net.Conn, r *bufio.Reader) net.Conn {
	n := r.Buffered()
	if n == 0 {
		return conn
	}
	head, _ := r.Peek(n) // cannot fail for what is buffered
	return &headConn{Conn: conn, head: append([]byte(nil), head...)}
}

type headConn struct {
	net.Conn
	head []byte
}

// Read returns the early bytes first.
func (c *headConn) Read(p []byte) (int, error) {
	if len(c.head) == 0 {
		return c.Conn.Read(p)
	}
	n := copy(p, c.head)
	c.head = c.head[n:]
	return n, nil
}

// CloseWrite closes the sending half, where the connection has halves.
func (c *headConn) CloseWrite() error { return closeWrite(c.Conn) }

func closeWrite(conn net.Conn) error {
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return conn.Close()
}
