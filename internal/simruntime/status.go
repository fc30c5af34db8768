package simruntime

import (
	"context"
	"fmt"
	"net/netip"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// Status reports RuntimeReady and NetworkReady; the network is ready once the
// node has its pod CIDR.
func (r *Runtime) Status(_ context.Context, verbose bool) (*runtimeapi.StatusResponse, error) {
	network := &runtimeapi.RuntimeCondition{Type: runtimeapi.NetworkReady, Status: true}
	if !r.cfg.Network.CIDR().IsValid() {
		network.Status = false
		network.Reason = "NetworkPluginNotReady"
		network.Message = "Network plugin returns error: the node has no pod CIDR yet"
	}
	resp := &runtimeapi.StatusResponse{
		Status: &runtimeapi.RuntimeStatus{Conditions: []*runtimeapi.RuntimeCondition{
			{Type: runtimeapi.RuntimeReady, Status: true}, network,
		}},
		RuntimeHandlers: []*runtimeapi.RuntimeHandler{
			{Name: "", Features: &runtimeapi.RuntimeHandlerFeatures{}},
			{Name: defaultHandler, Features: &runtimeapi.RuntimeHandlerFeatures{}},
		},
		Features: &runtimeapi.RuntimeFeatures{},
	}
	if verbose {
		resp.Info = map[string]string{
			"node": r.cfg.NodeName, "kubernetes": r.cfg.Kubernetes, "simulated": "true",
			"podCIDR": r.cfg.Network.CIDR().String(),
		}
	}
	return resp, nil
}

// UpdateRuntimeConfig takes the node's pod CIDR; of a dual-stack pair the first
// range is used. An empty one changes nothing.
func (r *Runtime) UpdateRuntimeConfig(_ context.Context, config *runtimeapi.RuntimeConfig) error {
	cidr, _, _ := strings.Cut(config.GetNetworkConfig().GetPodCidr(), ",")
	if cidr == "" {
		return nil
	}
	prefix, err := netip.ParsePrefix(strings.TrimSpace(cidr))
	if err != nil {
		return status.Errorf(codes.InvalidArgument, "pod CIDR: %v", err)
	}
	if err := r.cfg.Network.SetCIDR(prefix); err != nil {
		return fmt.Errorf("update runtime config: %w", err)
	}
	return nil
}

// RuntimeConfig reports the systemd cgroup driver, which is what kubeadm's nodes
// use.
func (r *Runtime) RuntimeConfig(context.Context) (*runtimeapi.RuntimeConfigResponse, error) {
	return &runtimeapi.RuntimeConfigResponse{
		Linux: &runtimeapi.LinuxRuntimeConfiguration{CgroupDriver: runtimeapi.CgroupDriver_SYSTEMD},
	}, nil
}

// The three below need CRIU in a real runtime, and containerd without it answers
// the same.

// CheckpointContainer is not implemented.
func (r *Runtime) CheckpointContainer(context.Context, *runtimeapi.CheckpointContainerRequest) error {
	return status.Error(codes.Unimplemented, "checkpointing is not supported by the simulated runtime")
}

// CheckpointPod is not implemented.
func (r *Runtime) CheckpointPod(context.Context, *runtimeapi.CheckpointPodRequest) error {
	return status.Error(codes.Unimplemented, "checkpointing is not supported by the simulated runtime")
}

// RestorePod is not implemented.
func (r *Runtime) RestorePod(context.Context, *runtimeapi.RestorePodRequest) (*runtimeapi.RestorePodResponse, error) {
	return nil, status.Error(codes.Unimplemented, "restoring a pod is not supported by the simulated runtime")
}
