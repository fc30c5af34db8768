package simruntime

import (
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/labctl-dev/labctl/internal/simruntime/simnet"
)

// PortForward returns the URL of a stream to ports of a pod.
func (r *Runtime) PortForward(_ context.Context, req *runtimeapi.PortForwardRequest) (*runtimeapi.PortForwardResponse, error) {
	if _, err := r.podOf(req.GetPodSandboxId()); err != nil {
		return nil, err
	}
	return r.stream.GetPortForward(req)
}

func (r *Runtime) podOf(id string) (*simnet.Pod, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, err := r.sandbox(id)
	if err != nil {
		return nil, err
	}
	if !s.ready {
		return nil, status.Errorf(codes.FailedPrecondition, "sandbox container %q is not running", id)
	}
	return s.pod, nil
}

// PortForward copies between a client's stream and a port of the pod, as seen
// from inside the pod. It ends when the pod's side has ended, or when the client
// has and the pod answered nothing more.
func (s streamRuntime) PortForward(ctx context.Context, id string, port int32, stream io.ReadWriteCloser) error {
	pod, err := s.runtime.podOf(id)
	if err != nil {
		return err
	}
	conn, err := pod.DialContext(ctx, "tcp", net.JoinHostPort("localhost", strconv.Itoa(int(port))))
	if err != nil {
		return fmt.Errorf("failed to connect to localhost:%d inside namespace %q: %w", port, id, err)
	}
	var once sync.Once
	closeConn := func() { once.Do(func() { _ = conn.Close() }) }
	defer closeConn()
	ended := make(chan struct{})
	defer close(ended)
	go func() {
		select {
		case <-s.closed: // the request's context does not end for SPDY streams
		case <-ctx.Done():
		case <-ended:
		}
		closeConn()
	}()
	go func() {
		_, _ = io.Copy(conn, stream) // the client may go at any time
		if half, ok := conn.(interface{ CloseWrite() error }); ok {
			_ = half.CloseWrite() // the pod may be gone already
		}
	}()
	_, _ = io.Copy(stream, conn) // as above
	return nil
}
