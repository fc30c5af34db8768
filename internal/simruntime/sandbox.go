package simruntime

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/labctl-dev/labctl/internal/simruntime/simnet"
)

// defaultHandler is the one runtime handler a RuntimeClass may name.
const defaultHandler = "runc"

// sandbox is one pod's shared part. Runtime.mu guards it.
type sandbox struct {
	id        string
	handler   string
	createdAt int64
	config    *runtimeapi.PodSandboxConfig
	ready     bool
	addr      netip.Addr  // the zero Addr while not ready
	pod       *simnet.Pod // nil while not ready
}

func (s *sandbox) hostNetwork() bool {
	return s.config.GetLinux().GetSecurityContext().GetNamespaceOptions().GetNetwork() == runtimeapi.NamespaceMode_NODE
}

// hostname is the node's for host-network pods, as the kubelet leaves it empty.
func (s *sandbox) hostname(node string) string {
	if s.config.GetHostname() != "" {
		return s.config.GetHostname()
	}
	return node
}

func newID() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails, see crypto/rand
	return hex.EncodeToString(b[:])
}

// RunPodSandbox makes a pod sandbox and gives it an address.
func (r *Runtime) RunPodSandbox(_ context.Context, config *runtimeapi.PodSandboxConfig, handler string) (string, error) {
	meta := config.GetMetadata()
	if meta.GetName() == "" || meta.GetNamespace() == "" || meta.GetUid() == "" {
		return "", status.Error(codes.InvalidArgument, "sandbox config must include name, namespace and uid")
	}
	if handler != "" && handler != defaultHandler {
		return "", status.Errorf(codes.InvalidArgument, "unable to get OCI runtime for sandbox: no runtime for %q is configured", handler)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.checkNewSandbox(meta); err != nil {
		return "", err
	}
	s := &sandbox{id: newID(), handler: handler, createdAt: time.Now().UnixNano(), config: proto.CloneOf(config), ready: true}
	if err := r.attachNetwork(s); err != nil {
		return "", fmt.Errorf("failed to setup network for sandbox %q: %w", s.id, err)
	}
	err := r.writeNodeFiles(s)
	if err == nil {
		err = r.saveSandbox(s)
	}
	if err != nil {
		r.detachNetwork(s)
		return "", fmt.Errorf("failed to create sandbox %q: %w", s.id, err)
	}
	r.sandboxes[s.id] = s
	r.emit(s.id, s, runtimeapi.ContainerEventType_CONTAINER_CREATED_EVENT)
	r.emit(s.id, s, runtimeapi.ContainerEventType_CONTAINER_STARTED_EVENT)
	return s.id, nil
}

// checkNewSandbox refuses a second sandbox of the same pod and attempt.
func (r *Runtime) checkNewSandbox(meta *runtimeapi.PodSandboxMetadata) error {
	if r.closed {
		return status.Error(codes.Unavailable, "the container runtime is shutting down")
	}
	for _, s := range r.sandboxes {
		have := s.config.GetMetadata()
		if have.GetUid() == meta.GetUid() && have.GetName() == meta.GetName() && have.GetAttempt() == meta.GetAttempt() {
			return status.Errorf(codes.AlreadyExists, "failed to reserve sandbox name \"%s_%s_%s_%d\": it is reserved for %q",
				meta.GetName(), meta.GetNamespace(), meta.GetUid(), meta.GetAttempt(), s.id)
		}
	}
	return nil
}

func (r *Runtime) attachNetwork(s *sandbox) error {
	if s.hostNetwork() {
		if !r.cfg.NodeIP.IsValid() {
			return errors.New("the node has no address")
		}
		s.addr = r.cfg.NodeIP
		s.pod = r.cfg.Network.AddHost(s.addr, r.cfg.NodeName)
		return nil
	}
	addr, err := r.cfg.Network.Allocate()
	if err != nil {
		return err
	}
	s.addr = addr
	s.pod = r.cfg.Network.AddPod(addr, s.hostname(r.cfg.NodeName))
	if err := r.mapPorts(s); err != nil {
		r.detachNetwork(s)
		return err
	}
	return nil
}

func (r *Runtime) mapPorts(s *sandbox) error {
	for _, m := range s.config.GetPortMappings() {
		if m.GetHostPort() <= 0 || m.GetProtocol() != runtimeapi.Protocol_TCP {
			continue
		}
		host := r.cfg.NodeIP
		if ip, err := netip.ParseAddr(m.GetHostIp()); err == nil && !ip.IsUnspecified() {
			host = ip
		}
		from := netip.AddrPortFrom(host, uint16(m.GetHostPort()))      //nolint:gosec // the API server bounds ports
		to := netip.AddrPortFrom(s.addr, uint16(m.GetContainerPort())) //nolint:gosec // as above
		if err := r.cfg.Network.MapPort(from, to); err != nil {
			return err
		}
	}
	return nil
}

// detachNetwork makes the sandbox not ready. Host-network pods share the node's
// network, which stays.
func (r *Runtime) detachNetwork(s *sandbox) {
	if s.pod != nil && !s.hostNetwork() {
		r.cfg.Network.RemovePod(s.addr)
		r.cfg.Network.Release(s.addr)
	}
	s.ready, s.addr, s.pod = false, netip.Addr{}, nil
}

// StopPodSandbox kills the sandbox's containers and releases its address.
// Stopping a stopped or unknown one is no error.
func (r *Runtime) StopPodSandbox(ctx context.Context, id string) error {
	r.mu.Lock()
	s, ok := r.sandboxes[id]
	var running []string
	for _, c := range r.containers {
		if c.sandboxID == id && c.task != nil {
			running = append(running, c.id)
		}
	}
	r.mu.Unlock()
	if !ok {
		return nil
	}
	for _, c := range running {
		if err := r.StopContainer(ctx, c, 0); err != nil {
			return fmt.Errorf("failed to stop container %q: %w", c, err)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !s.ready {
		return nil
	}
	r.detachNetwork(s)
	r.emit(s.id, s, runtimeapi.ContainerEventType_CONTAINER_STOPPED_EVENT)
	return nil
}

// RemovePodSandbox removes a sandbox and its containers, stopping them first.
// An unknown one is no error.
func (r *Runtime) RemovePodSandbox(ctx context.Context, id string) error {
	if err := r.StopPodSandbox(ctx, id); err != nil {
		return err
	}
	r.mu.Lock()
	s, ok := r.sandboxes[id]
	var members []string
	for _, c := range r.containers {
		if c.sandboxID == id {
			members = append(members, c.id)
		}
	}
	r.mu.Unlock()
	if !ok {
		return nil
	}
	for _, c := range members {
		if err := r.RemoveContainer(ctx, c); err != nil {
			return fmt.Errorf("failed to remove container %q: %w", c, err)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.store.remove(sandboxKind, id); err != nil {
		return fmt.Errorf("failed to remove sandbox %q: %w", id, err)
	}
	delete(r.sandboxes, id)
	r.emit(id, s, runtimeapi.ContainerEventType_CONTAINER_DELETED_EVENT)
	return nil
}

// UpdatePodSandboxResources notes the new resources; nothing is limited by them.
func (r *Runtime) UpdatePodSandboxResources(_ context.Context, req *runtimeapi.UpdatePodSandboxResourcesRequest) (*runtimeapi.UpdatePodSandboxResourcesResponse, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, err := r.sandbox(req.GetPodSandboxId())
	if err != nil {
		return nil, err
	}
	if s.config.GetLinux() != nil {
		s.config.Linux.Overhead, s.config.Linux.Resources = req.GetOverhead(), req.GetResources()
		if err := r.saveSandbox(s); err != nil {
			return nil, fmt.Errorf("sandbox %q: %w", s.id, err)
		}
	}
	return &runtimeapi.UpdatePodSandboxResourcesResponse{}, nil
}

// sandbox finds one; r.mu is held.
func (r *Runtime) sandbox(id string) (*sandbox, error) {
	if s, ok := r.sandboxes[id]; ok {
		return s, nil
	}
	return nil, status.Errorf(codes.NotFound, "an error occurred when try to find sandbox %q: not found", id)
}
