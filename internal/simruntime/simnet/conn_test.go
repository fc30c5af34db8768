package simnet

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/nettest"
)

func pair() (*Conn, *Conn) {
	a, b := netip.MustParseAddrPort("10.0.0.2:40000"), netip.MustParseAddrPort("10.0.0.3:80")
	return connect(a, b, b)
}

// TestConnConformance runs the suite the Go project holds its own connections to.
func TestConnConformance(t *testing.T) {
	nettest.TestConn(t, func() (net.Conn, net.Conn, func(), error) {
		c, s := pair()
		return c, s, func() { _ = c.Close(); _ = s.Close() }, nil
	})
}

func TestHalfClose(t *testing.T) {
	t.Parallel()
	c, s := pair()
	defer c.Close()
	defer s.Close()
	go func() {
		in, _ := io.ReadAll(s)
		_, _ = s.Write(bytes.ToUpper(in))
		_ = s.CloseWrite()
	}()
	if _, err := c.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	if err := c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(c)
	if err != nil || string(got) != "HELLO" {
		t.Errorf("answer after half close: got %q, %v, want HELLO", got, err)
	}
	if _, err := c.Write([]byte("x")); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("write after CloseWrite: got %v, want EPIPE", err)
	}
}

func TestWriterWaitsAtWindow(t *testing.T) {
	t.Parallel()
	c, s := pair()
	defer c.Close()
	if err := c.SetWriteDeadline(time.Now().Add(time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	n, err := c.Write(make([]byte, window+1))
	if n != window || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("write beyond the window: got %d, %v, want %d and a timeout", n, err, window)
	}
	_ = s.Close()
	_ = c.SetWriteDeadline(time.Time{})
	if _, err := c.Write([]byte("x")); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("write to a closed peer: got %v, want EPIPE", err)
	}
}

func TestBytesBeforeCloseArrive(t *testing.T) {
	t.Parallel()
	c, s := pair()
	defer s.Close()
	if _, err := c.Write([]byte("last words")); err != nil {
		t.Fatal(err)
	}
	_ = c.Close()
	if got, err := io.ReadAll(s); err != nil || string(got) != "last words" {
		t.Errorf("got %q, %v, want the bytes written before Close", got, err)
	}
}
