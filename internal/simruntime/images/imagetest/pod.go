// Package imagetest is for tests: it runs programs of the catalogue in a pod
// that consists of loopback sockets and temporary directories. No product code
// may import it.
package imagetest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/labctl-dev/labctl/internal/simruntime/images"
	"github.com/labctl-dev/labctl/internal/simruntime/process"
	"github.com/labctl-dev/labctl/internal/simruntime/vfs"
)

// Net is a pod's network on loopback: every pod port gets a free host port.
type Net struct {
	mu      sync.Mutex
	ports   map[int]string
	changed chan struct{}
}

// WaitOpen waits until something listens on port, or fails the test.
func (n *Net) WaitOpen(t *testing.T, port string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	for {
		n.mu.Lock()
		open := n.ports[number] != ""
		if n.changed == nil {
			n.changed = make(chan struct{})
		}
		changed := n.changed
		n.mu.Unlock()
		if open {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			t.Fatalf("nothing listens on %s", port)
		}
	}
}

// IP implements process.Net.
func (*Net) IP() net.IP { return net.IPv4(172, 16, 132, 5) }

// Listen implements process.Net.
func (n *Net) Listen(ctx context.Context, port int) (net.Listener, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.ports[port] != "" {
		return nil, fmt.Errorf("listen tcp :%d: %w", port, syscall.EADDRINUSE)
	}
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	if n.ports == nil {
		n.ports = map[int]string{}
	}
	n.ports[port] = l.Addr().String()
	if n.changed != nil {
		close(n.changed)
		n.changed = nil
	}
	return &listener{Listener: l, net: n, port: port}, nil
}

type listener struct {
	net.Listener
	net  *Net
	port int
	once sync.Once
}

func (l *listener) Close() error {
	l.once.Do(func() {
		l.net.mu.Lock()
		defer l.net.mu.Unlock()
		delete(l.net.ports, l.port)
	})
	return l.Listener.Close()
}

// DialContext implements process.Net: localhost and the pod's address are the
// pod, every other name is unknown, every other address refuses.
func (n *Net) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if net.ParseIP(host) == nil && host != "localhost" {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	n.mu.Lock()
	var to string
	for open, addr := range n.ports {
		if fmt.Sprint(open) == port {
			to = addr
		}
	}
	n.mu.Unlock()
	if to == "" {
		return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ECONNREFUSED}
	}
	var dialer net.Dialer
	return dialer.DialContext(ctx, network, to)
}

// Buffer is an output that can be waited on.
type Buffer struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{}
}

// Write implements io.Writer.
func (b *Buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.changed != nil {
		close(b.changed)
		b.changed = nil
	}
	return b.text.Write(p)
}

// String returns what was written so far.
func (b *Buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// WaitFor waits until the output holds text, or fails the test.
func (b *Buffer) WaitFor(t *testing.T, text string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for {
		b.mu.Lock()
		found := strings.Contains(b.text.String(), text)
		if b.changed == nil {
			b.changed = make(chan struct{})
		}
		changed := b.changed
		b.mu.Unlock()
		if found {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			t.Fatalf("waiting for %q, there is only:\n%s", text, b)
		}
	}
}

// Host implements process.Host for one pod.
type Host struct {
	Logs    map[string]string
	Signals chan syscall.Signal // what Signal sends to process 1
}

// Processes implements process.Host.
func (*Host) Processes() []process.ProcInfo {
	return []process.ProcInfo{{PID: 1, Args: []string{"nginx", "-g", "daemon off;"}}}
}

// Signal implements process.Host.
func (h *Host) Signal(pid int, sig syscall.Signal) error {
	if pid != 1 || h.Signals == nil {
		return syscall.ESRCH
	}
	h.Signals <- sig
	return nil
}

// ComponentLog implements process.Host.
func (h *Host) ComponentLog(name string) (io.ReadCloser, error) {
	text, ok := h.Logs[name]
	if !ok {
		return nil, os.ErrNotExist
	}
	r, w := io.Pipe()
	go func() { _, _ = io.WriteString(w, text) }() // as tail -f: the pipe stays open
	return r, nil
}

// Container is one container and its processes.
type Container struct {
	Image *images.Image
	Net   *Net
	Host  *Host
	FS    *vfs.FS
}

// New makes a container of ref with volumes mounted.
func New(t *testing.T, ref string, mounts ...vfs.Mount) *Container {
	t.Helper()
	catalogue, err := images.Load()
	if err != nil {
		t.Fatal(err)
	}
	image, err := catalogue.Lookup(ref)
	if err != nil {
		t.Fatal(err)
	}
	files, err := vfs.New(t.TempDir(), image.Layer(), mounts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := files.Close(); err != nil {
			t.Error(err)
		}
	})
	return &Container{Image: image, Net: &Net{}, Host: &Host{}, FS: files}
}

// Process prepares a process as `kubectl exec` would.
func (c *Container) Process(args ...string) (p *process.Process, stdout, stderr *Buffer) {
	stdout, stderr = &Buffer{}, &Buffer{}
	return &process.Process{
		PID: 7, Args: args, Env: append([]string{"HOSTNAME=web-1", "HOME=/root"}, c.Image.Config.Env...), Dir: "/",
		Stdout: stdout, Stderr: stderr, Hostname: "web-1", FS: c.FS, Net: c.Net, Host: c.Host,
	}, stdout, stderr
}

// Exec runs args to their end.
func (c *Container) Exec(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	p, out, errs := c.Process(args...)
	code = c.Image.Run(t.Context(), p)
	return code, out.String(), errs.String()
}

// Start runs p beside the test, with signals; wait returns its exit code.
func (c *Container) Start(t *testing.T, p *process.Process) (signals chan<- syscall.Signal, wait func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ch := make(chan syscall.Signal, 8)
	p.Signals = ch
	code := make(chan int, 1)
	go func() { code <- c.Image.Run(ctx, p) }()
	ended := false
	wait = func() int {
		t.Helper()
		timeout, stop := context.WithTimeout(t.Context(), 20*time.Second)
		defer stop()
		select {
		case n := <-code:
			ended = true
			return n
		case <-timeout.Done():
			t.Fatalf("%v did not end", p.Args)
			return -1
		}
	}
	t.Cleanup(func() {
		cancel()
		if !ended {
			<-code
		}
	})
	return ch, wait
}
