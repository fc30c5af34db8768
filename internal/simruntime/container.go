package simruntime

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// container is one container. Runtime.mu guards it.
type container struct {
	id         string
	sandboxID  string
	config     *runtimeapi.ContainerConfig
	imageID    string
	imageRef   string // repository@digest
	imageName  string // repository:tag
	logPath    string
	stopSignal string

	state      runtimeapi.ContainerState
	createdAt  int64 // ns since 1970, as the two below
	startedAt  int64
	finishedAt int64
	exitCode   int32
	reason     string
	message    string

	task *task // nil unless running
}

// CreateContainer makes a container of an image that is on the node.
func (r *Runtime) CreateContainer(_ context.Context, sandboxID string, config *runtimeapi.ContainerConfig, sandboxConfig *runtimeapi.PodSandboxConfig) (string, error) {
	if config.GetMetadata().GetName() == "" {
		return "", status.Error(codes.InvalidArgument, "container config must include a name")
	}
	img, ok := r.images.find(config.GetImage().GetImage())
	if !ok {
		return "", status.Errorf(codes.NotFound, "failed to resolve image %q: not found", config.GetImage().GetImage())
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	s, err := r.sandbox(sandboxID)
	if err != nil {
		return "", err
	}
	if err := r.checkNewContainer(s, config.GetMetadata()); err != nil {
		return "", err
	}
	c := &container{
		id: newID(), sandboxID: sandboxID, config: proto.CloneOf(config),
		imageID: img.ID, imageRef: img.repoDigest(), imageName: img.shownAs(config.GetImage().GetUserSpecifiedImage()),
		stopSignal: stopSignalOf(config.GetStopSignal(), img.Config.StopSignal),
		state:      runtimeapi.ContainerState_CONTAINER_CREATED, createdAt: time.Now().UnixNano(),
	}
	if dir := sandboxConfig.GetLogDirectory(); dir != "" && config.GetLogPath() != "" {
		c.logPath = filepath.Join(dir, config.GetLogPath())
	}
	if err := r.saveContainer(c); err != nil {
		return "", fmt.Errorf("failed to create container %q: %w", c.id, err)
	}
	r.containers[c.id] = c
	r.emit(c.id, s, runtimeapi.ContainerEventType_CONTAINER_CREATED_EVENT)
	return c.id, nil
}

func (r *Runtime) checkNewContainer(s *sandbox, meta *runtimeapi.ContainerMetadata) error {
	if r.closed {
		return status.Error(codes.Unavailable, "the container runtime is shutting down")
	}
	if !s.ready {
		return status.Errorf(codes.FailedPrecondition, "sandbox container %q is not running", s.id)
	}
	for _, c := range r.containers {
		have := c.config.GetMetadata()
		if c.sandboxID == s.id && have.GetName() == meta.GetName() && have.GetAttempt() == meta.GetAttempt() {
			return status.Errorf(codes.AlreadyExists, "failed to reserve container name %q attempt %d: it is reserved for %q",
				meta.GetName(), meta.GetAttempt(), c.id)
		}
	}
	return nil
}

// StopContainer sends the stop signal and kills after timeout seconds. Stopping
// a container that does not run, or is unknown, is no error.
func (r *Runtime) StopContainer(ctx context.Context, id string, timeout int64) error {
	r.mu.Lock()
	c := r.containers[id]
	if c == nil || c.task == nil {
		r.mu.Unlock()
		return nil
	}
	t, sig := c.task, c.stopSignal
	r.mu.Unlock()
	if timeout > 0 {
		t.signal(sig)
		timer := time.NewTimer(time.Duration(timeout) * time.Second)
		defer timer.Stop()
		select {
		case <-t.ended:
			return nil
		case <-ctx.Done():
			return fmt.Errorf("failed to stop container %q: %w", id, ctx.Err())
		case <-timer.C:
		}
	}
	t.kill()
	select {
	case <-t.ended:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("failed to kill container %q: %w", id, ctx.Err())
	}
}

// RemoveContainer removes a container with its writable layer, killing it first.
// Its log stays: it belongs to the kubelet. An unknown one is no error.
func (r *Runtime) RemoveContainer(ctx context.Context, id string) error {
	if err := r.StopContainer(ctx, id, 0); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	c, ok := r.containers[id]
	if !ok {
		return nil
	}
	if err := r.store.remove(containerKind, id); err != nil {
		return fmt.Errorf("failed to remove container %q: %w", id, err)
	}
	delete(r.containers, id)
	r.emit(id, r.sandboxes[c.sandboxID], runtimeapi.ContainerEventType_CONTAINER_DELETED_EVENT)
	return nil
}

// UpdateContainerResources takes new limits; a memory limit below what the
// container uses kills it, as the kernel does.
func (r *Runtime) UpdateContainerResources(_ context.Context, id string, resources *runtimeapi.ContainerResources) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, err := r.container(id)
	if err != nil {
		return err
	}
	if resources.GetLinux() == nil {
		return nil
	}
	if c.config.GetLinux() == nil {
		c.config.Linux = &runtimeapi.LinuxContainerConfig{}
	}
	c.config.Linux.Resources = mergeResources(c.config.GetLinux().GetResources(), resources.GetLinux())
	if err := r.saveContainer(c); err != nil {
		return fmt.Errorf("container %q: %w", id, err)
	}
	r.enforceMemory(c)
	return nil
}

// mergeResources replaces what the update names; zero means unchanged.
func mergeResources(old, update *runtimeapi.LinuxContainerResources) *runtimeapi.LinuxContainerResources {
	pick := func(old, update int64) int64 {
		if update != 0 {
			return update
		}
		return old
	}
	merged := &runtimeapi.LinuxContainerResources{
		CpuPeriod:              pick(old.GetCpuPeriod(), update.GetCpuPeriod()),
		CpuQuota:               pick(old.GetCpuQuota(), update.GetCpuQuota()),
		CpuShares:              pick(old.GetCpuShares(), update.GetCpuShares()),
		MemoryLimitInBytes:     pick(old.GetMemoryLimitInBytes(), update.GetMemoryLimitInBytes()),
		OomScoreAdj:            pick(old.GetOomScoreAdj(), update.GetOomScoreAdj()),
		MemorySwapLimitInBytes: pick(old.GetMemorySwapLimitInBytes(), update.GetMemorySwapLimitInBytes()),
		CpusetCpus:             old.GetCpusetCpus(), CpusetMems: old.GetCpusetMems(),
		HugepageLimits: old.GetHugepageLimits(), Unified: old.GetUnified(),
	}
	if update.GetUnified() != nil {
		merged.Unified = update.GetUnified()
	}
	return merged
}

// enforceMemory kills a container that uses more than its limit; r.mu is held.
func (r *Runtime) enforceMemory(c *container) {
	if c.task == nil {
		return
	}
	limit := c.config.GetLinux().GetResources().GetMemoryLimitInBytes()
	if limit > 0 && c.task.memory() > uint64(limit) {
		c.task.oom.Store(true)
		c.task.kill()
	}
}

// ReopenContainerLog continues the log in a new file after a rotation.
func (r *Runtime) ReopenContainerLog(_ context.Context, id string) error {
	t, err := r.running(id)
	if err != nil {
		return err
	}
	return t.log.reopen()
}

// container finds one; r.mu is held.
func (r *Runtime) container(id string) (*container, error) {
	if c, ok := r.containers[id]; ok {
		return c, nil
	}
	return nil, status.Errorf(codes.NotFound, "an error occurred when try to find container %q: not found", id)
}

// running finds the task of a running container.
func (r *Runtime) running(id string) (*task, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, err := r.container(id)
	if err != nil {
		return nil, err
	}
	if c.task == nil || r.closed {
		return nil, notRunning(c)
	}
	return c.task, nil
}

func notRunning(c *container) error {
	return status.Errorf(codes.FailedPrecondition, "container is in %s state", c.state)
}
