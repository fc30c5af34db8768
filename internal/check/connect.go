package check

import (
	"bufio"
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/url"
)

// DoorError tells that the way into the lab's network failed, not what lies
// behind it.
type DoorError struct{ Err error }

// Error says what failed.
func (e *DoorError) Error() string { return "the lab's network door: " + e.Err.Error() }

// Unwrap returns the cause.
func (e *DoorError) Unwrap() error { return e.Err }

// NewDialer returns the way into a lab: through the HTTP CONNECT proxy at
// proxyURL (http://user:password@host:port), or straight from this computer
// when it is empty.
func NewDialer(proxyURL string) (Dialer, error) {
	if proxyURL == "" {
		return &net.Dialer{}, nil
	}
	parsed, err := url.Parse(proxyURL)
	if err != nil || parsed.Scheme != "http" || parsed.Host == "" {
		return nil, fmt.Errorf("the lab's proxy address is not http://host:port")
	}
	return connectDialer{proxy: parsed}, nil
}

type connectDialer struct{ proxy *url.URL }

// DialContext asks the proxy for a tunnel to addr (RFC 9110, section 9.3.6).
func (d connectDialer) DialContext(ctx context.Context, _, addr string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", d.proxy.Host)
	if err != nil {
		return nil, &DoorError{err}
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	reader := bufio.NewReader(conn)
	err = d.tunnel(conn, reader, addr)
	if !stop() {
		err = ctx.Err()
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return &bufferedConn{Conn: conn, reader: reader}, nil
}

func (d connectDialer) tunnel(conn net.Conn, reader *bufio.Reader, addr string) error {
	request := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: addr}, Host: addr, Header: http.Header{}}
	if user := d.proxy.User; user != nil {
		password, _ := user.Password()
		token := base64.StdEncoding.EncodeToString([]byte(user.Username() + ":" + password))
		request.Header.Set("Proxy-Authorization", "Basic "+token)
	}
	if err := request.Write(conn); err != nil {
		return &DoorError{err}
	}
	response, err := http.ReadResponse(reader, request)
	if err != nil {
		return &DoorError{err}
	}
	switch response.StatusCode {
	case http.StatusOK:
		return nil
	case http.StatusGatewayTimeout:
		return fmt.Errorf("dialling %s: %w", addr, context.DeadlineExceeded)
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusNotFound:
		return fmt.Errorf("dialling %s: %s", addr, response.Status)
	default: // 400, 403, 407, …: the door refused us, not the target
		return &DoorError{fmt.Errorf("dialling %s: %s", addr, response.Status)}
	}
}

// bufferedConn hands out what the proxy sent right behind its answer.
type bufferedConn struct {
	net.Conn
	reader *bufio.Reader
}

// Read reads from the tunnel.
func (c *bufferedConn) Read(p []byte) (int, error) { return c.reader.Read(p) }
