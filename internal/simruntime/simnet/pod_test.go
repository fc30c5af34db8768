package simnet

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"syscall"
	"testing"
)

var (
	podA = netip.MustParseAddr("172.16.1.2")
	podB = netip.MustParseAddr("172.16.1.3")
	node = netip.MustParseAddr("192.168.56.101")
)

func newNetwork(t *testing.T) *Network {
	t.Helper()
	n := New()
	if err := n.SetCIDR(netip.MustParsePrefix("172.16.1.0/24")); err != nil {
		t.Fatal(err)
	}
	return n
}

// serve answers every connection with the addresses it sees.
func serve(t *testing.T, l net.Listener) {
	t.Helper()
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = io.WriteString(c, c.LocalAddr().String())
			_ = c.Close()
		}
	})
	t.Cleanup(func() { _ = l.Close(); wg.Wait() })
}

func listen(t *testing.T, p interface {
	Listen(context.Context, int) (net.Listener, error)
}, port int,
) net.Listener {
	t.Helper()
	l, err := p.Listen(t.Context(), port)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestDialContext(t *testing.T) {
	t.Parallel()
	n := newNetwork(t)
	a, b := n.AddPod(podA, "web-1"), n.AddPod(podB)
	host := n.AddHost(node)
	serve(t, listen(t, a, 80))
	serve(t, listen(t, b, 8080))
	serve(t, listen(t, host, 9100))
	if err := n.MapPort(netip.AddrPortFrom(node, 8081), netip.AddrPortFrom(podB, 8080)); err != nil {
		t.Fatal(err)
	}
	n.Remote = func(_ context.Context, _, address string) (net.Conn, error) {
		return nil, errors.New("remote " + address)
	}
	tests := []struct {
		name    string
		from    *Pod
		address string
		want    string // the local address the server saw
		wantErr error
		remote  string
	}{
		{name: "localhost", from: a, address: "localhost:80", want: "172.16.1.2:80"},
		{name: "loopback", from: a, address: "127.0.0.1:80", want: "172.16.1.2:80"},
		{name: "loopback v6", from: a, address: "[::1]:80", want: "172.16.1.2:80"},
		{name: "own name", from: a, address: "web-1:80", want: "172.16.1.2:80"},
		{name: "neighbour", from: a, address: "172.16.1.3:8080", want: "172.16.1.3:8080"},
		{name: "host port", from: a, address: "192.168.56.101:8081", want: "172.16.1.3:8080"},
		{name: "node", from: a, address: "192.168.56.101:9100", want: "192.168.56.101:9100"},
		{name: "refused", from: a, address: "172.16.1.3:81", wantErr: syscall.ECONNREFUSED},
		{name: "own port refused", from: a, address: "localhost:81", wantErr: syscall.ECONNREFUSED},
		{name: "no such pod", from: a, address: "172.16.1.99:80", wantErr: syscall.EHOSTUNREACH},
		{name: "another node", from: a, address: "172.16.2.9:80", remote: "172.16.2.9:80"},
		{name: "service name", from: a, address: "web.default.svc:80", remote: "web.default.svc:80"},
		{name: "real process of the node", from: host, address: "localhost:6443", remote: "192.168.56.101:6443"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			conn, err := tt.from.DialContext(t.Context(), "tcp", tt.address)
			if tt.remote != "" {
				if err == nil || err.Error() != "remote "+tt.remote {
					t.Fatalf("got %v, want a call of Remote with %s", err, tt.remote)
				}
				return
			}
			if !errors.Is(err, tt.wantErr) {
				t.Fatalf("got %v, want %v", err, tt.wantErr)
			}
			if err != nil {
				return
			}
			defer conn.Close()
			if got, _ := io.ReadAll(conn); string(got) != tt.want {
				t.Errorf("server at %q, want %q", got, tt.want)
			}
			if conn.LocalAddr().(*net.TCPAddr).IP.String() != tt.from.Addr().String() {
				t.Errorf("source address %v, want the pod's", conn.LocalAddr())
			}
		})
	}
}

func TestWithoutRemote(t *testing.T) {
	t.Parallel()
	p := newNetwork(t).AddPod(podA)
	var dns *net.DNSError
	if _, err := p.DialContext(t.Context(), "tcp", "web:80"); !errors.As(err, &dns) || !dns.IsNotFound {
		t.Errorf("unknown name: got %v, want a DNS error", err)
	}
	if _, err := p.DialContext(t.Context(), "tcp", "1.2.3.4:80"); !errors.Is(err, ErrUnreachable) {
		t.Errorf("address outside: got %v, want ErrUnreachable", err)
	}
	for _, bad := range []string{"172.16.1.2", "172.16.1.2:http", "172.16.1.2:99999"} {
		if _, err := p.DialContext(t.Context(), "tcp", bad); err == nil {
			t.Errorf("dial %q succeeded", bad)
		}
	}
}

func TestListen(t *testing.T) {
	t.Parallel()
	p := newNetwork(t).AddPod(podA)
	l := listen(t, p, 80)
	if _, err := p.Listen(t.Context(), 80); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("second listener: got %v, want EADDRINUSE", err)
	}
	if _, err := p.Listen(t.Context(), 65536); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("port 65536: got %v, want EINVAL", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Accept after Close: got %v, want net.ErrClosed", err)
	}
	if err := l.Close(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("second Close: got %v, want net.ErrClosed", err)
	}
	_ = listen(t, p, 80).Close()
	free := listen(t, p, 0)
	if port := free.Addr().(*net.TCPAddr).Port; port < 32768 || port > 60999 {
		t.Errorf("ephemeral port %d outside the range", port)
	}
	_ = free.Close()
}

func TestDeliverHandsOverTheConnection(t *testing.T) {
	t.Parallel()
	n := newNetwork(t)
	p := n.AddPod(podA)
	outside, inside := net.Pipe()
	defer outside.Close()
	to := netip.AddrPortFrom(podA, 80)
	if err := n.Deliver(inside, to); !errors.Is(err, ErrRefused) {
		t.Fatalf("no listener: got %v, want ErrRefused", err)
	}
	if err := n.Deliver(inside, netip.AddrPortFrom(podB, 80)); !errors.Is(err, ErrNoRoute) {
		t.Fatalf("no pod: got %v, want ErrNoRoute", err)
	}
	l := listen(t, p, 80)
	defer l.Close()
	if err := n.Deliver(inside, to); err != nil {
		t.Fatal(err)
	}
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if got := conn.(*delivered).Conn; got != inside {
		t.Errorf("listener got %T, want the delivered connection itself", got)
	}
	if conn.LocalAddr().String() != to.String() {
		t.Errorf("local address %v, want %v", conn.LocalAddr(), to)
	}
}

func TestRemovePodDropsWaitingConnections(t *testing.T) {
	t.Parallel()
	n := newNetwork(t)
	l := listen(t, n.AddPod(podA), 80)
	conn, err := n.Dial(t.Context(), netip.AddrPortFrom(podA, 80))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	n.RemovePod(podA)
	if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("read of a dropped connection: got %v, want EOF", err)
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Accept: got %v, want net.ErrClosed", err)
	}
	if _, err := n.Dial(t.Context(), netip.AddrPortFrom(podA, 80)); !errors.Is(err, ErrNoRoute) {
		t.Errorf("dial of a removed pod: got %v, want ErrNoRoute", err)
	}
}

func TestScopeClosesWhatItOpened(t *testing.T) {
	t.Parallel()
	n := newNetwork(t)
	host := n.AddHost(node)
	first, second := host.Open(), host.Open()
	defer second.Close()
	one, two := listen(t, first, 80), listen(t, second, 81)
	defer two.Close()
	conn, err := n.Dial(t.Context(), netip.AddrPortFrom(node, 80))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	server, err := one.Accept()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := server.Write([]byte("four")); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(conn); err != nil || string(got) != "four" {
		t.Errorf("client of an ended container: got %q, %v", got, err)
	}
	if got := first.Usage(); got != (Usage{TxBytes: 4, Conns: 1}) {
		t.Errorf("usage %+v, want 4 bytes sent on 1 connection", got)
	}
	if _, err := n.Dial(t.Context(), netip.AddrPortFrom(node, 80)); !errors.Is(err, ErrRefused) {
		t.Errorf("port of an ended container: got %v, want ErrRefused", err)
	}
	if other, err := n.Dial(t.Context(), netip.AddrPortFrom(node, 81)); err != nil {
		t.Errorf("port of another container on the same address: %v", err)
	} else {
		_ = other.Close()
	}
	if _, err := first.Listen(t.Context(), 82); err == nil {
		t.Error("a closed scope opened a listener")
	}
}

func TestHTTPOverTheNetwork(t *testing.T) {
	t.Parallel()
	n := newNetwork(t)
	a, b := n.AddPod(podA).Open(), n.AddPod(podB).Open()
	defer a.Close()
	defer b.Close()
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.RemoteAddr[:len("172.16.1.3")])
	})}
	l := listen(t, a, 80)
	var wg sync.WaitGroup
	wg.Go(func() { _ = srv.Serve(l) })
	defer wg.Wait()
	defer srv.Close()
	transport := &http.Transport{DialContext: b.DialContext}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	for range 20 {
		resp, err := client.Get("http://172.16.1.2/")
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || string(got) != "172.16.1.3" {
			t.Fatalf("got %q, %v, want the client's pod address", got, err)
		}
	}
}
