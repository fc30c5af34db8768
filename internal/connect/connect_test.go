package connect_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"github.com/labctl-dev/labctl/internal/connect"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server answers CONNECT through handle on a unix socket and returns its path.
func server(t *testing.T, handle http.HandlerFunc) string {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "s")
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(handle)
	s.Listener = listener
	s.Start()
	t.Cleanup(s.Close)
	return socket
}

func echoBack(w http.ResponseWriter, _ *http.Request) {
	conn, err := connect.Accept(w)
	if err != nil {
		return
	}
	_, _ = io.Copy(conn, conn)
	_ = conn.Close()
}

func TestDialReachesTheOtherEnd(t *testing.T) {
	var host string
	socket := server(t, func(w http.ResponseWriter, r *http.Request) {
		host = r.Host
		echoBack(w, r)
	})
	conn, err := connect.Unix(socket).DialContext(t.Context(), "tcp", "172.16.1.2:80")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := io.WriteString(conn, "안녕\n"); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil || line != "안녕\n" {
		t.Errorf("echo = %q, %v; want the line back", line, err)
	}
	if host != "172.16.1.2:80" {
		t.Errorf("the server saw host %q, want 172.16.1.2:80", host)
	}
}

func TestEarlyBytesAreNotLost(t *testing.T) {
	socket := server(t, echoBack)
	raw, err := (&net.Dialer{}).DialContext(t.Context(), "unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = raw.Close() }()
	if _, err := io.WriteString(raw, "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\nearly"); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(raw)
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	got := make([]byte, 5)
	if _, err := io.ReadFull(r, got); err != nil || string(got) != "early" {
		t.Errorf("read %q, %v; want the bytes sent ahead of the answer", got, err)
	}
}

func TestRefusalKeepsItsErrorNumber(t *testing.T) {
	tests := []struct {
		name string
		err  error
		want syscall.Errno
	}{
		{"refused", syscall.ECONNREFUSED, syscall.ECONNREFUSED},
		{"no such host", syscall.EHOSTUNREACH, syscall.EHOSTUNREACH},
		{"another reason", errors.New("tea time"), 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			socket := server(t, func(w http.ResponseWriter, _ *http.Request) { connect.Refuse(w, tt.err) })
			_, err := connect.Unix(socket).DialContext(t.Context(), "tcp", "a:1")
			var known *connect.Error
			if !errors.As(err, &known) || known.Errno != tt.want {
				t.Fatalf("error = %v, want errno %v", err, tt.want)
			}
			if tt.want != 0 && !errors.Is(err, tt.want) {
				t.Errorf("errors.Is(%v, %v) = false", err, tt.want)
			}
			if tt.want == 0 && !strings.Contains(err.Error(), "tea time") {
				t.Errorf("error %q does not say why", err)
			}
		})
	}
}

func TestProxySendsItsPassword(t *testing.T) {
	seen := make(chan string, 1)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen <- r.Header.Get("Proxy-Authorization")
		echoBack(w, r)
	}))
	defer s.Close()
	at, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	at.User = url.UserPassword("lab", "s3cret")
	conn, err := connect.Proxy(at).DialContext(t.Context(), "tcp", "a:1")
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	if got, want := <-seen, "Basic bGFiOnMzY3JldA=="; got != want {
		t.Errorf("Proxy-Authorization = %q, want %q", got, want)
	}
}

func TestDialEndsWithItsContext(t *testing.T) {
	release := make(chan struct{})
	socket := server(t, func(http.ResponseWriter, *http.Request) { <-release })
	defer close(release)
	ctx, cancel := context.WithCancel(t.Context())
	dialer := connect.Unix(socket)
	base := dialer.Base
	dialer.Base = func(ctx context.Context) (net.Conn, error) {
		defer cancel() // once connected, while waiting for an answer
		return base(ctx)
	}
	if _, err := dialer.DialContext(ctx, "tcp", "a:1"); !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v, want context.Canceled", err)
	}
}

func TestRelayPassesHalvesOn(t *testing.T) {
	left, leftFar := tcpPair(t)
	right, rightFar := tcpPair(t)
	done := make(chan struct{})
	go func() {
		defer close(done)
		connect.Relay(t.Context(), leftFar, right)
	}()
	if _, err := io.WriteString(left, "question"); err != nil {
		t.Fatal(err)
	}
	if err := left.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	asked, err := io.ReadAll(rightFar)
	if err != nil || string(asked) != "question" {
		t.Fatalf("far end read %q, %v; want all of the question and its end", asked, err)
	}
	if _, err := io.WriteString(rightFar, "answer"); err != nil {
		t.Fatal(err)
	}
	_ = rightFar.Close()
	answered, err := io.ReadAll(left)
	if err != nil || string(answered) != "answer" {
		t.Errorf("near end read %q, %v; want the answer after its own half was closed", answered, err)
	}
	<-done
}

// tcpPair returns both ends of one loopback connection.
func tcpPair(t *testing.T) (near, far net.Conn) {
	t.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	near, err = (&net.Dialer{}).DialContext(t.Context(), "tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	far, err = listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = near.Close(); _ = far.Close() })
	return near, far
}
