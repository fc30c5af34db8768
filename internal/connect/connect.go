// Package connect owns both ends of the HTTP CONNECT method (RFC 9110 §9.3.6),
// by which every connection inside an embedded lab reaches its goal. It must
// not know what is behind an address.
package connect

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
)

// errnoHeader tells the other end why a connection failed, so that a refused
// port reads as one on both ends.
const errnoHeader = "X-Labctl-Errno"

// Error is a CONNECT that was answered with something else than 200.
type Error struct {
	Status int
	Reason string        // the first line the other end gave
	Errno  syscall.Errno // ECONNREFUSED or EHOSTUNREACH where known, else 0
}

// Error says what the other end said.
func (e *Error) Error() string {
	if e.Errno != 0 {
		return e.Errno.Error()
	}
	return fmt.Sprintf("%s (%d)", e.Reason, e.Status)
}

// Unwrap returns the error number, so that errors.Is(err, syscall.ECONNREFUSED) works.
func (e *Error) Unwrap() error {
	if e.Errno == 0 {
		return nil
	}
	return e.Errno
}

// Dialer opens connections through a CONNECT server.
type Dialer struct {
	// Base connects to the server itself.
	Base func(ctx context.Context) (net.Conn, error)
	// User is the proxy's user and password; nil for none.
	User *url.Userinfo
}

// Unix is a Dialer through the server at a unix socket.
func Unix(socket string) Dialer {
	return Dialer{Base: func(ctx context.Context) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", socket)
	}}
}

// Proxy is a Dialer through an HTTP proxy such as http://lab:secret@127.0.0.1:3128.
func Proxy(proxy *url.URL) Dialer {
	return Dialer{User: proxy.User, Base: func(ctx context.Context) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "tcp", proxy.Host)
	}}
}

// DialContext connects to address (host:port) through the server. Only TCP can
// be asked for. Errors are *net.OpError around the cause, as net's are.
func (d Dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := d.dial(ctx, network, address)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Addr: name(address), Err: err}
	}
	return conn, nil
}

func (d Dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if !strings.HasPrefix(network, "tcp") {
		return nil, net.UnknownNetworkError(network)
	}
	conn, err := d.Base(ctx)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	r, err := d.handshake(ctx, conn, address)
	if !stop() {
		err = errors.Join(ctx.Err(), err)
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return withHead(conn, r), nil
}

func (d Dialer) handshake(ctx context.Context, conn net.Conn, address string) (*bufio.Reader, error) {
	header := make(http.Header)
	if d.User != nil {
		password, _ := d.User.Password()
		header.Set("Proxy-Authorization", "Basic "+
			base64.StdEncoding.EncodeToString([]byte(d.User.Username()+":"+password)))
	}
	req := (&http.Request{
		Method: http.MethodConnect, URL: &url.URL{Opaque: address}, Host: address, Header: header,
	}).WithContext(ctx)
	if err := req.Write(conn); err != nil {
		return nil, err
	}
	r := bufio.NewReader(conn)
	resp, err := http.ReadResponse(r, req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, refusal(resp)
	}
	return r, nil
}

func refusal(resp *http.Response) error {
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 1024))
	line, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	if line == "" {
		line = resp.Status
	}
	e := &Error{Status: resp.StatusCode, Reason: line}
	switch resp.Header.Get(errnoHeader) {
	case "ECONNREFUSED":
		e.Errno = syscall.ECONNREFUSED
	case "EHOSTUNREACH":
		e.Errno = syscall.EHOSTUNREACH
	}
	return e
}

type name string

func (name) Network() string  { return "tcp" }
func (n name) String() string { return string(n) }
