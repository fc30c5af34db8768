package simruntime

import (
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/transport/spdy"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
)

func TestPortForwardStream(t *testing.T) {
	t.Parallel()
	n := newNode(t, t.TempDir())
	pod := n.pod("p")
	id := n.run(pod, "main", args("listen", "80"))
	n.logged(id, "listening")
	resp, err := n.PortForward(t.Context(), &runtimeapi.PortForwardRequest{PodSandboxId: pod, Port: []int32{80}})
	n.must(err)
	target, err := url.Parse(resp.GetUrl())
	n.must(err)
	transport, upgrader, err := spdy.RoundTripperFor(&rest.Config{Host: target.Host})
	n.must(err)
	dialer := spdy.NewDialer(upgrader, &http.Client{Transport: transport}, http.MethodPost, target)
	stop, ready := make(chan struct{}), make(chan struct{})
	forwarder, err := portforward.NewOnAddresses(dialer, []string{"127.0.0.1"}, []string{"0:80"}, stop, ready, io.Discard, io.Discard)
	n.must(err)
	ended := make(chan error, 1)
	go func() { ended <- forwarder.ForwardPorts() }()
	<-ready
	ports, err := forwarder.GetPorts()
	n.must(err)
	for range 3 {
		var d net.Dialer
		conn, err := d.DialContext(t.Context(), "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(int(ports[0].Local))))
		n.must(err)
		_, err = io.WriteString(conn, "hello\n")
		n.must(err)
		if got, err := io.ReadAll(conn); err != nil || string(got) != "HELLO\n" {
			t.Errorf("through the forwarded port: %q, %v", got, err)
		}
		_ = conn.Close()
	}
	close(stop)
	if err := <-ended; err != nil {
		t.Errorf("port forward ended with %v", err)
	}
}

func TestPortForwardRefused(t *testing.T) {
	t.Parallel()
	n := newNode(t, t.TempDir())
	pod := n.pod("p")
	inside, outside := net.Pipe()
	defer inside.Close()
	defer outside.Close()
	err := streamRuntime{runtime: n.Runtime}.PortForward(t.Context(), pod, 81, inside)
	if err == nil || !strings.Contains(err.Error(), "connection refused") || !strings.Contains(err.Error(), "localhost:81") {
		t.Errorf("nobody listens: got %v", err)
	}
	n.must(n.StopPodSandbox(t.Context(), pod))
	if _, err := n.PortForward(t.Context(), &runtimeapi.PortForwardRequest{PodSandboxId: pod}); err == nil {
		t.Error("a stopped pod forwards ports")
	}
}

func TestCloseEndsIdlePortForward(t *testing.T) {
	t.Parallel()
	n := newNode(t, t.TempDir())
	resp, err := n.PortForward(t.Context(), &runtimeapi.PortForwardRequest{PodSandboxId: n.pod("p"), Port: []int32{80}})
	n.must(err)
	target, err := url.Parse(resp.GetUrl())
	n.must(err)
	transport, upgrader, err := spdy.RoundTripperFor(&rest.Config{Host: target.Host})
	n.must(err)
	conn, _, err := spdy.NewDialer(upgrader, &http.Client{Transport: transport}, http.MethodPost, target).Dial(portforward.PortForwardProtocolV1Name)
	n.must(err)
	n.shut()
	select {
	case <-conn.CloseChan():
	case <-time.After(20 * time.Second):
		t.Error("the stream outlives the runtime")
	}
	_ = conn.Close()
}
