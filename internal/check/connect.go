package check

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"

	"github.com/labctl-dev/labctl/internal/connect"
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
		return nil, errors.New("the lab's proxy address is not http://host:port")
	}
	dialer := connect.Proxy(parsed)
	base := dialer.Base
	dialer.Base = func(ctx context.Context) (net.Conn, error) {
		conn, err := base(ctx)
		if err != nil {
			return nil, &DoorError{err}
		}
		return conn, nil
	}
	return doorDialer{dialer}, nil
}

type doorDialer struct{ connect.Dialer }

// DialContext dials through the door and tells its own failures from the target's.
func (d doorDialer) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := d.Dialer.DialContext(ctx, network, addr)
	var refusal *connect.Error
	if !errors.As(err, &refusal) || refusal.Errno != 0 {
		return conn, err
	}
	switch refusal.Status {
	case http.StatusGatewayTimeout:
		return nil, fmt.Errorf("dialling %s: %w", addr, context.DeadlineExceeded)
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusNotFound:
		return nil, err
	default: // 400, 403, 407, …: the door refused us, not the target
		return nil, &DoorError{err}
	}
}
