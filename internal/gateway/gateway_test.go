package gateway_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"github.com/labctl-dev/labctl/internal/connect"
	"github.com/labctl-dev/labctl/internal/gateway"
	"github.com/labctl-dev/labctl/provision"
	"github.com/labctl-dev/labctl/provision/embedded/planeconf"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// node plays a node's door: pods at port 80 answer with their address, any
// other port is refused.
func node(t *testing.T, socket string) {
	t.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.Host, ":80") {
			connect.Refuse(w, syscall.ECONNREFUSED)
			return
		}
		conn, err := connect.Accept(w)
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		req, err := http.ReadRequest(bufio.NewReader(conn))
		if err != nil {
			return
		}
		body := "pod " + r.Host + " asked for " + req.Host + req.URL.Path + " auth=" + req.Header.Get("Proxy-Authorization")
		_, _ = fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", len(body), body)
	}))
	s.Listener = listener
	s.Start()
	t.Cleanup(s.Close)
}

type lab struct {
	socket string
	proxy  *url.URL
	api    *httptest.Server
}

func start(t *testing.T) lab {
	t.Helper()
	dir := t.TempDir()
	plan := provision.DefaultPlan()
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "api") }))
	t.Cleanup(api.Close)
	conf := planeconf.Gateway{
		Socket: filepath.Join(dir, "gw"), ProxyAddr: freePort(t), ProxySecret: filepath.Join(dir, "secret"),
		APIServer: strings.TrimPrefix(api.URL, "http://"), PodCIDR: plan.PodCIDR, ServiceCIDR: plan.ServiceCIDR,
	}
	if err := os.WriteFile(conf.ProxySecret, []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for i, n := range plan.Nodes {
		door := filepath.Join(dir, n.Name)
		node(t, door)
		conf.Nodes = append(conf.Nodes, planeconf.GatewayNode{
			Name: n.Name, IP: n.IP, Door: door, PodCIDR: plan.NodePodCIDR(i),
			KubeletPort: int(netip.MustParseAddrPort(conf.APIServer).Port()),
		})
	}
	g, err := gateway.New(conf)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- g.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("gateway: %v", err)
		}
	})
	waitFor(t, conf.Socket, conf.ProxyAddr)
	return lab{conf.Socket, &url.URL{Scheme: "http", Host: conf.ProxyAddr, User: url.UserPassword("lab", "s3cret")}, api}
}

// waitFor returns once both doors accept: the kernel queues connections from
// the moment they listen.
func waitFor(t *testing.T, socket, addr string) {
	t.Helper()
	for _, at := range [][2]string{{"unix", socket}, {"tcp", addr}} {
		for {
			conn, err := (&net.Dialer{}).DialContext(t.Context(), at[0], at[1])
			if err == nil {
				_ = conn.Close()
				break
			}
			if t.Context().Err() != nil {
				t.Fatal(err)
			}
		}
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	var config net.ListenConfig
	l, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func get(t *testing.T, dial func(context.Context, string, string) (net.Conn, error), at string) (string, error) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, at, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}

func TestRoutes(t *testing.T) {
	l := start(t)
	dial := connect.Unix(l.socket).DialContext
	tests := []struct {
		name, url, want, wantErr string
	}{
		{"pod of the control plane", "http://172.16.1.2/x", "pod 172.16.1.2:80 asked for 172.16.1.2/x auth=", ""},
		{"pod of the last worker", "http://172.16.4.9/", "pod 172.16.4.9:80 asked for 172.16.4.9/ auth=", ""},
		{"port nobody listens on", "http://172.16.2.2:81/", "", "connection refused"},
		{"pod range of no node", "http://172.16.200.2/", "", "no route to host"},
		{"address of no node", "http://192.168.56.200/", "", "no route to host"},
		{"hostNetwork pod on a node", "http://192.168.56.101/", "pod 192.168.56.101:80 asked for 192.168.56.101/ auth=", ""},
		{"hostNetwork pod by node name", "http://w3-k8s/", "pod 192.168.56.103:80 asked for w3-k8s/ auth=", ""},
		{"kubelet", "http://192.168.56.102:10250/", "api", ""},
		{"API server by node address", "http://192.168.56.10:6443/", "api", ""},
		{"API server by service address", "http://10.96.0.1:443/", "api", ""},
		{"service without pods", "http://10.96.0.77/", "", "no route to host"},
		{"outside the lab", l.api.URL, "api", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := get(t, dial, tt.url)
			if tt.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wantErr) {
					t.Errorf("got %q, %v; want an error with %q", got, err, tt.wantErr)
				}
				return
			}
			if err != nil || got != tt.want {
				t.Errorf("got %q, %v; want %q", got, err, tt.want)
			}
		})
	}
}

func TestLearnersProxy(t *testing.T) {
	l := start(t)
	via := func(proxy *url.URL) *http.Client {
		return &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(proxy), DisableKeepAlives: true}}
	}
	noPassword := *l.proxy
	noPassword.User = nil
	wrong := *l.proxy
	wrong.User = url.UserPassword("lab", "guess")
	tests := []struct {
		name, url  string
		proxy      *url.URL
		wantStatus int
		wantBody   string
	}{
		{"pod", "http://172.16.2.2/", l.proxy, 200, "pod 172.16.2.2:80 asked for 172.16.2.2/ auth="},
		{"refused port", "http://172.16.2.2:81/", l.proxy, 502, "connection refused"},
		{"no password", "http://172.16.2.2/", &noPassword, 407, "labctl shell"},
		{"wrong password", "http://172.16.2.2/", &wrong, 407, "labctl shell"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, tt.url, nil)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := via(tt.proxy).Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = resp.Body.Close() }()
			body, err := io.ReadAll(resp.Body)
			if err != nil {
				t.Fatal(err)
			}
			if resp.StatusCode != tt.wantStatus || !strings.Contains(string(body), tt.wantBody) {
				t.Errorf("got %d %q, want %d with %q", resp.StatusCode, body, tt.wantStatus, tt.wantBody)
			}
		})
	}
	conn, err := connect.Proxy(l.proxy).DialContext(t.Context(), "tcp", "172.16.3.3:80")
	if err != nil {
		t.Fatalf("CONNECT through the proxy: %v", err)
	}
	_ = conn.Close()
}

func TestNewWantsASecret(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(empty, []byte("\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{empty, filepath.Join(t.TempDir(), "absent")} {
		if _, err := gateway.New(planeconf.Gateway{ProxySecret: path}); err == nil {
			t.Errorf("New with secret file %s: no error; a proxy without a password must not start", path)
		}
	}
}
