package node

import (
	v1 "k8s.io/api/core/v1"
	"k8s.io/kubernetes/pkg/kubelet/cm"
)

// containerManager is upstream's stub: a node without cgroups. Where the stub
// answers "not implemented" the kubelet would log an error at every sync of
// every pod, so no limits are reported instead.
type containerManager struct{ cm.ContainerManager }

// NewPodContainerManager returns the manager of no cgroups.
func (c containerManager) NewPodContainerManager() cm.PodContainerManager {
	return podContainerManager{c.ContainerManager.NewPodContainerManager()}
}

type podContainerManager struct{ cm.PodContainerManager }

// GetPodCgroupConfig reports no limits.
func (podContainerManager) GetPodCgroupConfig(*v1.Pod, v1.ResourceName) (*cm.ResourceConfig, error) {
	return nil, nil //nolint:nilnil // what the kubelet takes for "no limits"
}
