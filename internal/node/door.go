package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/labctl-dev/labctl/internal/connect"
	"github.com/labctl-dev/labctl/internal/simruntime/simnet"
)

// manifestPeriod is how often the static pod directory is read again besides
// its file watch (the kubelet's default).
const manifestPeriod = 20 * time.Second

// door is the node's own end of every connection to its pods.
type door struct {
	network *simnet.Network
	healthy func() error
}

// serveDoor listens on a unix socket that is reachable for the lab's owner only:
// "CONNECT <pod-ip>:<port>" becomes a connection to that pod, handed over whole;
// "GET /healthz" says whether the kubelet's loops run.
func serveDoor(ctx context.Context, socket string, d door) error {
	if err := os.Remove(socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("old socket: %w", err)
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "unix", socket)
	if err != nil {
		return err
	}
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: d}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// ServeHTTP answers a health check or hands a connection to a pod.
func (d door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect {
		if err := d.healthy(); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, "ok")
		return
	}
	target, err := netip.ParseAddrPort(r.Host)
	if err != nil {
		http.Error(w, "the node connects to addresses only: "+err.Error(), http.StatusBadRequest)
		return
	}
	if err := d.network.Reachable(target); err != nil {
		connect.Refuse(w, err)
		return
	}
	conn, err := connect.Accept(w)
	if err != nil {
		return
	}
	if err := d.network.Deliver(conn, target); err != nil {
		_ = conn.Close() // the listener went away in between
	}
}

// remoteDialer connects pods of this node to everything that is not on it.
func remoteDialer(gateway string) func(ctx context.Context, network, address string) (net.Conn, error) {
	return connect.Unix(gateway).DialContext
}

// componentLogs opens the logs the supervisor keeps, by component name.
func componentLogs(dir string) func(name string) (io.ReadCloser, error) {
	return func(name string) (io.ReadCloser, error) {
		if name != filepath.Base(name) {
			return nil, fmt.Errorf("component %q: not a plain name", name)
		}
		return os.Open(filepath.Join(dir, name+".log")) //nolint:gosec // a plain name below our directory
	}
}
