package simruntime

import (
	"context"
	"time"

	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// ContainerStats reports one container's use of resources. CPU and memory are
// simulated from what the container really did; see the constants of the costs.
func (r *Runtime) ContainerStats(_ context.Context, id string) (*runtimeapi.ContainerStats, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, err := r.container(id)
	if err != nil {
		return nil, err
	}
	return c.stats(time.Now(), r.store.dir(containerKind, id)), nil
}

// ListContainerStats reports the running containers filter lets through.
func (r *Runtime) ListContainerStats(_ context.Context, filter *runtimeapi.ContainerStatsFilter) ([]*runtimeapi.ContainerStats, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	var all []*runtimeapi.ContainerStats
	for _, c := range r.containers {
		if c.task == nil || filter.GetId() != "" && filter.GetId() != c.id ||
			filter.GetPodSandboxId() != "" && filter.GetPodSandboxId() != c.sandboxID ||
			!selects(filter.GetLabelSelector(), c.config.GetLabels()) {
			continue
		}
		all = append(all, c.stats(now, r.store.dir(containerKind, c.id)))
	}
	return all, nil
}

// PodSandboxStats reports one pod's use of resources.
func (r *Runtime) PodSandboxStats(_ context.Context, id string) (*runtimeapi.PodSandboxStats, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, err := r.sandbox(id)
	if err != nil {
		return nil, err
	}
	return r.podStats(s, time.Now()), nil
}

// ListPodSandboxStats reports the ready pods filter lets through.
func (r *Runtime) ListPodSandboxStats(_ context.Context, filter *runtimeapi.PodSandboxStatsFilter) ([]*runtimeapi.PodSandboxStats, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	var all []*runtimeapi.PodSandboxStats
	for _, s := range r.sandboxes {
		if s.ready && (filter.GetId() == "" || filter.GetId() == s.id) && selects(filter.GetLabelSelector(), s.config.GetLabels()) {
			all = append(all, r.podStats(s, now))
		}
	}
	return all, nil
}

// podStats sums up the pod's containers; r.mu is held.
func (r *Runtime) podStats(s *sandbox, now time.Time) *runtimeapi.PodSandboxStats {
	at := now.UnixNano()
	var cpu, rate, memory, rx, tx, procs uint64
	var members []*runtimeapi.ContainerStats
	for _, c := range r.containers {
		if c.sandboxID != s.id || c.task == nil {
			continue
		}
		st := c.stats(now, r.store.dir(containerKind, c.id))
		members = append(members, st)
		cpu += st.GetCpu().GetUsageCoreNanoSeconds().GetValue()
		rate += st.GetCpu().GetUsageNanoCores().GetValue()
		memory += st.GetMemory().GetWorkingSetBytes().GetValue()
		n := c.task.network()
		rx, tx = rx+n.RxBytes, tx+n.TxBytes
		procs += uint64(c.task.procs.count()) //nolint:gosec // a count
	}
	return &runtimeapi.PodSandboxStats{
		Attributes: &runtimeapi.PodSandboxAttributes{
			Id: s.id, Metadata: s.config.GetMetadata(), Labels: s.config.GetLabels(), Annotations: s.config.GetAnnotations(),
		},
		Linux: &runtimeapi.LinuxPodSandboxStats{
			Cpu:    &runtimeapi.CpuUsage{Timestamp: at, UsageCoreNanoSeconds: number(cpu), UsageNanoCores: number(rate)},
			Memory: memoryStats(at, memory, 0),
			Network: &runtimeapi.NetworkUsage{Timestamp: at, DefaultInterface: &runtimeapi.NetworkInterfaceUsage{
				Name: "eth0", RxBytes: number(rx), TxBytes: number(tx), RxErrors: number(0), TxErrors: number(0),
			}},
			Process:    &runtimeapi.ProcessUsage{Timestamp: at, ProcessCount: number(procs)},
			Containers: members,
		},
	}
}

// ListMetricDescriptors lists none: cAdvisor-style metrics are not simulated.
func (r *Runtime) ListMetricDescriptors(context.Context) ([]*runtimeapi.MetricDescriptor, error) {
	return nil, nil
}

// ListPodSandboxMetrics lists none, as above.
func (r *Runtime) ListPodSandboxMetrics(context.Context) ([]*runtimeapi.PodSandboxMetrics, error) {
	return nil, nil
}
