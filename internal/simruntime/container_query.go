package simruntime

import (
	"context"
	"sort"

	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// ListContainers lists the containers filter lets through, in no certain order.
func (r *Runtime) ListContainers(_ context.Context, filter *runtimeapi.ContainerFilter) ([]*runtimeapi.Container, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var found []*runtimeapi.Container
	for _, c := range r.containers {
		if filter.GetId() != "" && filter.GetId() != c.id ||
			filter.GetPodSandboxId() != "" && filter.GetPodSandboxId() != c.sandboxID ||
			filter.GetState() != nil && filter.GetState().GetState() != c.state ||
			!selects(filter.GetLabelSelector(), c.config.GetLabels()) {
			continue
		}
		found = append(found, &runtimeapi.Container{
			Id: c.id, PodSandboxId: c.sandboxID, Metadata: c.config.GetMetadata(), Image: c.config.GetImage(),
			ImageRef: c.imageRef, ImageId: c.imageID, State: c.state, CreatedAt: c.createdAt,
			Labels: c.config.GetLabels(), Annotations: c.config.GetAnnotations(),
		})
	}
	return found, nil
}

// ContainerStatus describes a container.
func (r *Runtime) ContainerStatus(_ context.Context, id string, verbose bool) (*runtimeapi.ContainerStatusResponse, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, err := r.container(id)
	if err != nil {
		return nil, err
	}
	resp := &runtimeapi.ContainerStatusResponse{Status: c.status()}
	if verbose {
		resp.Info = map[string]string{"sandboxID": c.sandboxID, "simulated": "true"}
	}
	return resp, nil
}

func (c *container) status() *runtimeapi.ContainerStatus {
	st := &runtimeapi.ContainerStatus{
		Id: c.id, Metadata: c.config.GetMetadata(), State: c.state,
		CreatedAt: c.createdAt, StartedAt: c.startedAt, FinishedAt: c.finishedAt,
		ExitCode: c.exitCode, Reason: c.reason, Message: c.message,
		Image: &runtimeapi.ImageSpec{
			Image: c.imageName, UserSpecifiedImage: c.config.GetImage().GetUserSpecifiedImage(),
			Annotations: c.config.GetImage().GetAnnotations(),
		},
		ImageRef: c.imageRef, ImageId: c.imageID,
		Labels: c.config.GetLabels(), Annotations: c.config.GetAnnotations(),
		Mounts: c.config.GetMounts(), LogPath: c.logPath, StopSignal: criSignal(c.stopSignal),
	}
	if resources := c.config.GetLinux().GetResources(); resources != nil {
		st.Resources = &runtimeapi.ContainerResources{Linux: resources}
	}
	return st
}

// statusesOf lists a sandbox's containers, oldest first; r.mu is held.
func (r *Runtime) statusesOf(sandboxID string) []*runtimeapi.ContainerStatus {
	var all []*runtimeapi.ContainerStatus
	for _, c := range r.containers {
		if c.sandboxID == sandboxID {
			all = append(all, c.status())
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].CreatedAt < all[j].CreatedAt })
	return all
}
