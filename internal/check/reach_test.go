package check_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"syscall"
	"testing"

	"github.com/labctl-dev/labctl/internal/check"
	"github.com/labctl-dev/labctl/internal/connect"
)

// to dials always the same server, as the lab's network would for a pod.
func to(server *httptest.Server) check.Dialer {
	return dialer(func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, server.Listener.Addr().String())
	})
}

func failing(err error) check.Dialer {
	return dialer(func(context.Context, string, string) (net.Conn, error) { return nil, err })
}

func TestReach(t *testing.T) {
	t.Parallel()
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_, _ = fmt.Fprintf(w, "<h1>Welcome to nginx!</h1> %s", r.Host)
	}))
	t.Cleanup(page.Close)
	refused := failing(&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED})
	timeout := failing(context.DeadlineExceeded)
	ready := load(t, "pod-ready")
	const address = `http: "'http://' + pod.status.podIP"`
	tests := []struct {
		name    string
		arg     string
		cluster cluster
		dialer  check.Dialer
		want    check.State
		key     string
	}{
		{"page", `{` + address + `, contains: Welcome to nginx}`, ready, to(page), check.Pass, ""},
		{"host header", `{` + address + `, contains: 172.16.103.130}`, ready, to(page), check.Pass, ""},
		{"status", `{http: "'http://' + pod.status.podIP + '/x'"}`, ready, to(page), check.Fail, "builtin.reach_status"},
		{"wanted status", `{http: "'http://' + pod.status.podIP + '/x'", status: 404}`, ready, to(page), check.Pass, ""},
		{"body", `{` + address + `, contains: Apache}`, ready, to(page), check.Fail, "builtin.reach_body"},
		{"refused", `{` + address + `}`, ready, refused, check.Fail, "builtin.reach_refused"},
		{"no route", `{` + address + `}`, ready, failing(&net.OpError{Op: "dial", Err: syscall.EHOSTUNREACH}), check.Fail, "builtin.reach_route"},
		{"timeout", `{` + address + `}`, ready, timeout, check.Fail, "builtin.reach_timeout"},
		{"wants refusal", `{` + address + `, refused: true}`, ready, refused, check.Pass, ""},
		{"wants refusal, open", `{` + address + `, refused: true}`, ready, to(page), check.Fail, "builtin.reach_open"},
		{"tcp", `{tcp: "pod.status.podIP + ':80'"}`, ready, to(page), check.Pass, ""},
		{"tcp refused", `{tcp: "pod.status.podIP + ':80'"}`, ready, refused, check.Fail, "builtin.reach_refused"},
		{"no pod", `{` + address + `}`, cluster{}, to(page), check.Fail, "builtin.absent"},
		{"no address yet", `{` + address + `}`, load(t, "pod-creating"), to(page), check.Fail, "doctor.creating_wait"},
		{"door broken", `{` + address + `}`, ready, failing(&check.DoorError{Err: errors.New("proxy is down")}), check.CannotTell, "builtin.cannot_tell"},
		{"door broken, wants refusal", `{` + address + `, refused: true}`, ready, failing(&check.DoorError{Err: errors.New("down")}), check.CannotTell, "builtin.cannot_tell"},
		{"no way in", `{` + address + `}`, ready, nil, check.CannotTell, "builtin.cannot_tell"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := compile(t, bindPod+"reach: "+test.arg).Evaluate(t.Context(), check.World{Objects: test.cluster, Dialer: test.dialer})
			if got.State != test.want || messageKey(got) != test.key {
				t.Errorf("got %s %q (%v), want %s %q", got.State, messageKey(got), got.Err, test.want, test.key)
			}
		})
	}
}

func TestNewDialerTellsDoorFromTarget(t *testing.T) {
	t.Parallel()
	target := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(target.Close)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := (&http.Request{Header: http.Header{"Authorization": r.Header["Proxy-Authorization"]}}).BasicAuth()
		switch {
		case user != "lab" || password != "secret":
			w.WriteHeader(http.StatusProxyAuthRequired)
		case r.Host == "172.16.0.9:80":
			w.WriteHeader(http.StatusBadGateway)
		default:
			conn, err := connect.Accept(w)
			if err != nil {
				t.Error(err)
				return
			}
			back, err := net.Dial("tcp", target.Listener.Addr().String())
			if err != nil {
				t.Error(err)
				return
			}
			connect.Relay(r.Context(), conn, back)
		}
	}))
	t.Cleanup(proxy.Close)
	host, _ := url.Parse(proxy.URL)
	tests := []struct {
		name, proxy, addr string
		fails, door       bool
	}{
		{"through", "http://lab:secret@" + host.Host, "172.16.0.8:80", false, false},
		{"target away", "http://lab:secret@" + host.Host, "172.16.0.9:80", true, false},
		{"wrong password", "http://lab:wrong@" + host.Host, "172.16.0.8:80", true, true},
		{"no proxy", "http://lab:secret@127.0.0.1:1", "172.16.0.8:80", true, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d, err := check.NewDialer(test.proxy)
			if err != nil {
				t.Fatal(err)
			}
			conn, err := d.DialContext(t.Context(), "tcp", test.addr)
			if err == nil {
				_ = conn.Close()
			}
			if door := new(check.DoorError); (err != nil) != test.fails || errors.As(err, &door) != test.door {
				t.Errorf("got %v, want failure %v, of the door %v", err, test.fails, test.door)
			}
		})
	}
	for _, bad := range []string{"https://x", "127.0.0.1:80", "http://"} {
		if _, err := check.NewDialer(bad); err == nil {
			t.Errorf("NewDialer(%q) succeeded", bad)
		}
	}
}
