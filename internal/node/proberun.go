package node

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	grpchealth "google.golang.org/grpc/health/grpc_health_v1"
	v1 "k8s.io/api/core/v1"
	"k8s.io/kubernetes/pkg/probe"
	httpprobe "k8s.io/kubernetes/pkg/probe/http"

	"github.com/labctl-dev/labctl/internal/simruntime/process"
)

// hookTimeout bounds an HTTP lifecycle hook, in seconds; the kubelet itself has
// no limit but the pod's grace period.
const hookTimeout = 30

// runProbe is the program behind simruntime.ProbeCommand: it runs the probe
// inside the pod's network and says what the kubelet's prober would say.
func runProbe(ctx context.Context, p *process.Process) int {
	if len(p.Args) != 2 {
		return say(p, "probe: one argument expected")
	}
	call, err := parseCall(p.Args[1])
	if err != nil {
		return say(p, err.Error())
	}
	timeout := time.Duration(call.Timeout) * time.Second
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var result probe.Result
	var output string
	switch {
	case call.Handler.HTTPGet != nil:
		result, output, err = probeHTTP(ctx, p.Net, call, timeout)
	case call.Handler.TCPSocket != nil:
		result, output, err = probeTCP(ctx, p.Net, call)
	case call.Handler.GRPC != nil:
		result, output = probeGRPC(ctx, p.Net, call, timeout)
	default:
		err = errors.New("no handler")
	}
	if err != nil {
		return say(p, err.Error())
	}
	if result != probe.Success && result != probe.Warning {
		return say(p, output)
	}
	return 0
}

func say(p *process.Process, message string) int {
	_, _ = io.WriteString(p.Stdout, message)
	return 1
}

func probeHTTP(ctx context.Context, network process.Net, call probeCall, timeout time.Duration) (probe.Result, string, error) {
	container := &v1.Container{Ports: call.Ports}
	purpose := "probe"
	if call.Lifecycle {
		purpose = "lifecycle"
	}
	req, err := httpprobe.NewRequestForHTTPGetAction(call.Handler.HTTPGet, container, network.IP().String(), purpose)
	if err != nil {
		return probe.Unknown, "", err
	}
	client := &http.Client{
		Timeout:       timeout,
		CheckRedirect: httpprobe.RedirectChecker(false),
		Transport: &http.Transport{
			// As the kubelet: a pod's certificate is nobody's the node knows.
			TLSClientConfig:    &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // see above
			DisableKeepAlives:  true,
			DisableCompression: true,
			DialContext:        network.DialContext,
		},
	}
	return httpprobe.DoHTTPProbe(req.WithContext(ctx), client)
}

func probeTCP(ctx context.Context, network process.Net, call probeCall) (probe.Result, string, error) {
	port, err := probe.ResolveContainerPort(call.Handler.TCPSocket.Port, &v1.Container{Ports: call.Ports})
	if err != nil {
		return probe.Unknown, "", err
	}
	host := call.Handler.TCPSocket.Host
	if host == "" {
		host = network.IP().String()
	}
	conn, err := network.DialContext(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(port)))
	if err != nil {
		return probe.Failure, err.Error(), nil //nolint:nilerr // a port that refuses is what the probe asks about
	}
	_ = conn.Close()
	return probe.Success, "", nil
}

func probeGRPC(ctx context.Context, network process.Net, call probeCall, timeout time.Duration) (probe.Result, string) {
	addr := net.JoinHostPort(network.IP().String(), strconv.Itoa(int(call.Handler.GRPC.Port)))
	conn, err := grpc.NewClient("passthrough:///"+addr,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, addr string) (net.Conn, error) {
			return network.DialContext(ctx, "tcp", addr)
		}))
	if err != nil {
		return probe.Failure, fmt.Sprintf("error: failed to connect service at %q: %+v", addr, err)
	}
	defer func() { _ = conn.Close() }()
	service := ""
	if call.Handler.GRPC.Service != nil {
		service = *call.Handler.GRPC.Service
	}
	resp, err := grpchealth.NewHealthClient(conn).Check(ctx, &grpchealth.HealthCheckRequest{Service: service})
	switch {
	case ctx.Err() != nil:
		return probe.Failure, fmt.Sprintf("timeout: failed to connect service %q within %v: %+v", addr, timeout, ctx.Err())
	case err != nil:
		return probe.Failure, fmt.Sprintf("error: health rpc probe failed: %+v", err)
	case resp.GetStatus() != grpchealth.HealthCheckResponse_SERVING:
		return probe.Failure, fmt.Sprintf("service unhealthy (responded with %q)", resp.GetStatus().String())
	}
	return probe.Success, ""
}
