// Package gateway owns the one door between the lab's addresses and this
// computer: whoever wants a pod, a node or the API server of an embedded lab
// asks it by HTTP CONNECT or as an ordinary HTTP proxy. It must not answer for
// anybody: it only connects.
package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/labctl-dev/labctl/internal/connect"
	"github.com/labctl-dev/labctl/provision/embedded/planeconf"
)

const headerTimeout = 10 * time.Second

// Gateway connects. Make one with New.
type Gateway struct {
	routes table
	secret string
	conf   planeconf.Gateway
}

// New reads the proxy's password and prepares the routes.
func New(conf planeconf.Gateway) (*Gateway, error) {
	secret, err := os.ReadFile(conf.ProxySecret)
	if err != nil {
		return nil, fmt.Errorf("proxy secret: %w", err)
	}
	trimmed := strings.TrimSpace(string(secret))
	if trimmed == "" {
		return nil, errors.New("proxy secret: the file is empty")
	}
	return &Gateway{routes: newTable(conf), secret: trimmed, conf: conf}, nil
}

// Run serves until ctx ends: the unix socket for the API server and the nodes
// (its directory's permissions are the authentication), and the loopback port
// for the learner (user and password).
func (g *Gateway) Run(ctx context.Context) error {
	if err := os.Remove(g.conf.Socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("old socket: %w", err)
	}
	var listen net.ListenConfig
	inner, err := listen.Listen(ctx, "unix", g.conf.Socket)
	if err != nil {
		return fmt.Errorf("gateway socket: %w", err)
	}
	outer, err := listen.Listen(ctx, "tcp", g.conf.ProxyAddr)
	if err != nil {
		_ = inner.Close()
		return fmt.Errorf("proxy port: %w", err)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return serve(ctx, inner, http.HandlerFunc(g.inside)) })
	group.Go(func() error { return serve(ctx, outer, http.HandlerFunc(g.learner)) })
	return group.Wait()
}

func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTimeout,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// inside serves the lab's own processes.
func (g *Gateway) inside(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodConnect {
		g.connect(w, r)
		return
	}
	if r.URL.Path == "/healthz" {
		_, _ = io.WriteString(w, "ok")
		return
	}
	http.NotFound(w, r)
}

func (g *Gateway) connect(w http.ResponseWriter, r *http.Request) {
	target, err := g.dial(r.Context(), r.Host)
	if err != nil {
		connect.Refuse(w, err)
		return
	}
	conn, err := connect.Accept(w)
	if err != nil {
		_ = target.Close()
		return
	}
	connect.Relay(r.Context(), conn, target)
}

// dial connects to host:port, wherever that is.
func (g *Gateway) dial(ctx context.Context, hostport string) (net.Conn, error) {
	target, err := g.routes.resolve(hostport)
	if err != nil {
		return nil, err
	}
	way, err := g.routes.find(target)
	if err != nil {
		return nil, err
	}
	return way.dial(ctx, hostport, target)
}

func (r route) dial(ctx context.Context, hostport string, target netip.AddrPort) (net.Conn, error) {
	var d net.Dialer
	switch {
	case r.loopback != "":
		return d.DialContext(ctx, "tcp", r.loopback)
	case r.door != "":
		return connect.Unix(r.door).DialContext(ctx, "tcp", target.String())
	default:
		return d.DialContext(ctx, "tcp", hostport)
	}
}
