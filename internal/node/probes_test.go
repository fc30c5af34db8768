package node

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/labctl-dev/labctl/internal/simruntime"
	"github.com/labctl-dev/labctl/internal/simruntime/process"
)

func podWith(probe *v1.Probe, hooks *v1.Lifecycle) *v1.Pod {
	return &v1.Pod{Spec: v1.PodSpec{
		InitContainers: []v1.Container{{Name: "sidecar", StartupProbe: probe.DeepCopy()}},
		Containers: []v1.Container{{
			Name:  "c",
			Ports: []v1.ContainerPort{{Name: "web", ContainerPort: 8080}}, LivenessProbe: probe, Lifecycle: hooks,
		}},
	}}
}

func TestNetworkProbesBecomeExecsAndComeBack(t *testing.T) {
	t.Parallel()
	service := "s"
	tests := []struct {
		name    string
		handler v1.ProbeHandler
		local   bool // stays as it is
	}{
		{"http", v1.ProbeHandler{HTTPGet: &v1.HTTPGetAction{Path: "/$(HOME)", Port: intstr.FromString("web"), HTTPHeaders: []v1.HTTPHeader{{Name: "X", Value: "값"}}}}, false},
		{"tcp", v1.ProbeHandler{TCPSocket: &v1.TCPSocketAction{Port: intstr.FromInt32(80)}}, false},
		{"grpc", v1.ProbeHandler{GRPC: &v1.GRPCAction{Port: 80, Service: &service}}, false},
		{"exec", v1.ProbeHandler{Exec: &v1.ExecAction{Command: []string{"true"}}}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			hooks := &v1.Lifecycle{PreStop: &v1.LifecycleHandler{HTTPGet: tt.handler.HTTPGet, Exec: tt.handler.Exec}}
			original := podWith(&v1.Probe{ProbeHandler: tt.handler, TimeoutSeconds: 3, PeriodSeconds: 7}, hooks)
			kept := original.DeepCopy()
			changed := localProbes(original)
			if diff := cmp.Diff(kept, original); diff != "" {
				t.Errorf("localProbes changed its argument:\n%s", diff)
			}
			got := changed.Spec.Containers[0].LivenessProbe
			if got.Exec == nil || got.HTTPGet != nil || got.TCPSocket != nil || got.GRPC != nil {
				t.Fatalf("probe = %+v, want an exec only", got)
			}
			if isCall := got.Exec.Command[0] == simruntime.ProbeCommand; isCall == tt.local {
				t.Errorf("command = %q, local = %v", got.Exec.Command, tt.local)
			}
			if strings.Contains(strings.Join(got.Exec.Command, " "), "$(") {
				t.Errorf("command %q would be expanded by the kubelet", got.Exec.Command)
			}
			if diff := cmp.Diff(kept, originalProbes(changed)); diff != "" {
				t.Errorf("originalProbes(localProbes(pod)) differs:\n%s", diff)
			}
		})
	}
}

// loopback is a pod network whose only address is a server of the test.
type loopback struct{ addr string }

func (loopback) IP() net.IP { return net.IPv4(172, 16, 1, 2) }

func (loopback) Listen(context.Context, int) (net.Listener, error) {
	return nil, errors.New("not in this test")
}

func (l loopback) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	if address != "172.16.1.2:8080" {
		return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ECONNREFUSED}
	}
	return (&net.Dialer{}).DialContext(ctx, network, l.addr)
}

func TestRunProbe(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/ready":
			_, _ = io.WriteString(w, r.Header.Get("User-Agent"))
		case "/slow":
			<-r.Context().Done()
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	ports := []v1.ContainerPort{{Name: "web", ContainerPort: 8080}}
	httpGet := func(path string, port intstr.IntOrString) v1.ProbeHandler {
		return v1.ProbeHandler{HTTPGet: &v1.HTTPGetAction{Path: path, Port: port}}
	}
	tests := []struct {
		name     string
		handler  v1.ProbeHandler
		wantExit int
		wantSays string
	}{
		{"200", httpGet("/ready", intstr.FromInt32(8080)), 0, ""},
		{"named port", httpGet("/ready", intstr.FromString("web")), 0, ""},
		{"404", httpGet("/absent", intstr.FromInt32(8080)), 1, "HTTP probe failed with statuscode: 404"},
		{"refused", httpGet("/", intstr.FromInt32(81)), 1, "connection refused"},
		{"unknown port name", httpGet("/", intstr.FromString("nope")), 1, "nope"},
		{"too slow", httpGet("/slow", intstr.FromInt32(8080)), 1, "context deadline exceeded"},
		{"tcp open", v1.ProbeHandler{TCPSocket: &v1.TCPSocketAction{Port: intstr.FromInt32(8080)}}, 0, ""},
		{"tcp refused", v1.ProbeHandler{TCPSocket: &v1.TCPSocketAction{Port: intstr.FromInt32(81)}}, 1, "connection refused"},
		{"grpc where nobody speaks it", v1.ProbeHandler{GRPC: &v1.GRPCAction{Port: 81}}, 1, "connection refused"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			call := probeCall{Handler: tt.handler, Ports: ports, Timeout: 1}
			p := &process.Process{Args: call.command(), Stdout: &out, Net: loopback{server.Listener.Addr().String()}}
			if exit := runProbe(t.Context(), p); exit != tt.wantExit || !strings.Contains(out.String(), tt.wantSays) {
				t.Errorf("exit %d, says %q; want %d with %q", exit, out.String(), tt.wantExit, tt.wantSays)
			}
		})
	}
}

func TestDamagedProbeCall(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{simruntime.ProbeCommand}, {simruntime.ProbeCommand, "%%%"}, {simruntime.ProbeCommand, "bm90IGpzb24="}} {
		var out bytes.Buffer
		if exit := runProbe(t.Context(), &process.Process{Args: args, Stdout: &out}); exit != 1 || out.Len() == 0 {
			t.Errorf("runProbe(%q) = %d, %q; want a failure that says why", args, exit, out.String())
		}
	}
}
