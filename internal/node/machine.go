package node

import (
	"context"

	cadvisorapi "github.com/google/cadvisor/lib/model"
	"k8s.io/klog/v2"
)

// What a node of the course's lab has. The numbers are the simulated machine's,
// not the computer's: a learner's scheduling exercises must not depend on it.
const (
	nodeCores     = 2
	nodeMemory    = 2 << 30
	nodeDisk      = 40 << 30
	kernelVersion = "5.14.0-labctl.el9.x86_64"
	osImage       = "CentOS Stream 9 (labctl embedded)"
)

// machine answers the kubelet's questions to cAdvisor about the simulated
// machine.
type machine struct{ name string }

// Start does nothing: there is nothing to collect from.
func (machine) Start() error { return nil }

// ContainerInfoV2 has no containers: the runtime reports them itself.
func (machine) ContainerInfoV2(string, cadvisorapi.RequestOptions) (map[string]cadvisorapi.ContainerInfo, error) {
	return map[string]cadvisorapi.ContainerInfo{}, nil
}

// GetRequestedContainersInfo has no containers either.
func (machine) GetRequestedContainersInfo(string, cadvisorapi.RequestOptions) (map[string]*cadvisorapi.ContainerInfo, error) {
	return map[string]*cadvisorapi.ContainerInfo{}, nil
}

// MachineInfo is the simulated hardware.
func (m machine) MachineInfo(klog.Logger) (*cadvisorapi.MachineInfo, error) {
	return &cadvisorapi.MachineInfo{
		NumCores:       nodeCores,
		MemoryCapacity: nodeMemory,
		InstanceID:     cadvisorapi.InstanceID(m.name),
	}, nil
}

// VersionInfo says at a glance, in `kubectl get nodes -o wide`, that the node is simulated.
func (machine) VersionInfo() (*cadvisorapi.VersionInfo, error) {
	return &cadvisorapi.VersionInfo{KernelVersion: kernelVersion, ContainerOsVersion: osImage}, nil
}

func (machine) fs() cadvisorapi.FsInfo {
	return cadvisorapi.FsInfo{Device: "/dev/sda4", Mountpoint: "/", Capacity: nodeDisk, Available: nodeDisk / 2, Usage: nodeDisk / 2}
}

// ImagesFsInfo is the node's one disk.
func (m machine) ImagesFsInfo(context.Context) (cadvisorapi.FsInfo, error) { return m.fs(), nil }

// RootFsInfo is the node's one disk.
func (m machine) RootFsInfo() (cadvisorapi.FsInfo, error) { return m.fs(), nil }

// ContainerFsInfo is the node's one disk.
func (m machine) ContainerFsInfo(context.Context) (cadvisorapi.FsInfo, error) { return m.fs(), nil }

// GetDirFsInfo is the node's one disk.
func (m machine) GetDirFsInfo(string) (cadvisorapi.FsInfo, error) { return m.fs(), nil }
