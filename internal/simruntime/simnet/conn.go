package simnet

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"
)

// Conn is one end of a connection inside the node. It has what programs expect
// of TCP and net.Pipe lacks: buffers of 64 KiB in each direction, so that a
// writer need not wait for the reader, half close, and addresses.
//
// Memory was chosen over a socket pair, which Go does not offer on Windows, and
// over loopback TCP, which would open ports of the learner's machine to every
// other program on it and use two file descriptors for each connection.
type Conn struct {
	in, out       *half
	local, remote netip.AddrPort
	done          chan struct{}
	once          sync.Once
	readBy        deadline
	writeBy       deadline
}

// connect returns both ends. The client believes to talk to "to", the server
// knows itself as "actual"; they differ behind a mapped port.
func connect(from, to, actual netip.AddrPort) (client, server *Conn) {
	up, down := newHalf(), newHalf()
	client = &Conn{in: down, out: up, local: from, remote: to, done: make(chan struct{}), readBy: newDeadline(), writeBy: newDeadline()}
	server = &Conn{in: up, out: down, local: actual, remote: from, done: make(chan struct{}), readBy: newDeadline(), writeBy: newDeadline()}
	return client, server
}

// LocalAddr returns a *net.TCPAddr.
func (c *Conn) LocalAddr() net.Addr { return net.TCPAddrFromAddrPort(c.local) }

// RemoteAddr returns a *net.TCPAddr.
func (c *Conn) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(c.remote) }

// Read returns io.EOF after the peer closed its side and all of its bytes were
// read.
func (c *Conn) Read(b []byte) (int, error) {
	n, err := c.in.read(b, c.done, c.readBy.expired())
	if err != nil && !errors.Is(err, io.EOF) {
		err = c.fail("read", err)
	}
	return n, err
}

// Write blocks while the peer's buffer is full. After the peer closed it is
// EPIPE.
func (c *Conn) Write(b []byte) (int, error) {
	n, err := c.out.write(b, c.done, c.writeBy.expired())
	if err != nil {
		err = c.fail("write", err)
	}
	return n, err
}

// CloseWrite ends our side of the stream: the peer reads io.EOF and can still
// answer.
func (c *Conn) CloseWrite() error {
	select {
	case <-c.done:
		return c.fail("close", net.ErrClosed)
	default:
	}
	c.out.finish()
	return nil
}

// Close closes both directions. A second Close does nothing.
func (c *Conn) Close() error {
	c.once.Do(func() {
		close(c.done)
		c.readBy.stop()
		c.writeBy.stop()
		c.out.finish()
		c.in.abandon()
	})
	return nil
}

// SetDeadline sets both deadlines.
func (c *Conn) SetDeadline(t time.Time) error {
	if err := c.SetReadDeadline(t); err != nil {
		return err
	}
	return c.SetWriteDeadline(t)
}

// SetReadDeadline ends current and later reads at t; zero means never.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.setDeadline(&c.readBy, t) }

// SetWriteDeadline ends current and later writes at t; zero means never.
func (c *Conn) SetWriteDeadline(t time.Time) error { return c.setDeadline(&c.writeBy, t) }

func (c *Conn) setDeadline(d *deadline, t time.Time) error {
	select {
	case <-c.done:
		return c.fail("set", net.ErrClosed)
	default:
		d.set(t)
		return nil
	}
}

func (c *Conn) fail(op string, err error) error {
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		err = os.NewSyscallError(op, errno)
	}
	return &net.OpError{Op: op, Net: "tcp", Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: err}
}
