package simruntime

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/labctl-dev/labctl/internal/simruntime/process"
	"github.com/labctl-dev/labctl/internal/simruntime/vfs"
)

// How containerd reports a container whose start failed, and how the ends of the
// others are named.
const (
	startErrorCode   = 128
	startErrorReason = "StartError"
	reasonCompleted  = "Completed"
	reasonError      = "Error"
	reasonOOM        = "OOMKilled"
)

// StartContainer starts a created container. When its program cannot start, the
// container ends as StartError and the error says why.
func (r *Runtime) StartContainer(ctx context.Context, id string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, err := r.container(id)
	if err != nil {
		return err
	}
	if c.state != runtimeapi.ContainerState_CONTAINER_CREATED || r.closed {
		return notRunning(c)
	}
	s := r.sandboxes[c.sandboxID]
	if s == nil || !s.ready {
		return status.Errorf(codes.FailedPrecondition, "sandbox container %q is not running", c.sandboxID)
	}
	t, args, err := r.newTask(c, s)
	if err != nil {
		c.end(startErrorCode, startErrorReason, err.Error())
		r.note(c)
		r.emit(c.id, s, runtimeapi.ContainerEventType_CONTAINER_STOPPED_EVENT)
		return err
	}
	c.task, c.state, c.startedAt = t, runtimeapi.ContainerState_CONTAINER_RUNNING, time.Now().UnixNano()
	r.note(c)
	r.emit(c.id, s, runtimeapi.ContainerEventType_CONTAINER_STARTED_EVENT)
	p, living := t.procs.start(context.WithoutCancel(ctx), args) // its life is the container's, not the call's
	r.tasks.Go(func() { r.supervise(living, c, t, p) })
	r.enforceMemory(c)
	return nil
}

// note saves a container's state. A disk that fails now must not undo what has
// happened, so the failure is only logged.
func (r *Runtime) note(c *container) {
	if err := r.saveContainer(c); err != nil {
		r.log.Warn("container record not written", "id", c.id, "error", err)
	}
}

func (c *container) end(code int32, reason, message string) {
	c.state = runtimeapi.ContainerState_CONTAINER_EXITED
	c.finishedAt = time.Now().UnixNano()
	c.exitCode, c.reason, c.message = code, reason, message
}

// supervise runs the main process and records its end.
func (r *Runtime) supervise(ctx context.Context, c *container, t *task, p *proc) {
	code := r.runProgram(ctx, t.image.Run, t.init(p))
	t.procs.leave(p)
	if err := t.release(); err != nil {
		r.log.Warn("container log not closed", "id", c.id, "error", err)
	}
	r.recordEnd(c, t, code)
	close(t.ended)
	t.execs.Wait()
	if err := t.fs.Close(); err != nil {
		r.log.Warn("container file system not closed", "id", c.id, "error", err)
	}
}

// recordEnd keeps the record as it is while the runtime closes: the next start
// then finds a container that was running, as after a reboot.
func (r *Runtime) recordEnd(c *container, t *task, code int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	reason := reasonError
	switch {
	case t.oom.Load():
		code, reason = exitKilled, reasonOOM
	case code == 0:
		reason = reasonCompleted
	}
	c.end(int32(code), reason, "")
	c.task = nil
	if r.closed {
		return
	}
	r.note(c)
	r.emit(c.id, r.sandboxes[c.sandboxID], runtimeapi.ContainerEventType_CONTAINER_STOPPED_EVENT)
}

// newTask prepares everything a container's main process needs; r.mu is held.
func (r *Runtime) newTask(c *container, s *sandbox) (*task, []string, error) {
	img, ok := r.images.find(c.imageID)
	if !ok {
		return nil, nil, status.Errorf(codes.NotFound, "failed to get image %q: not found", c.imageName)
	}
	args, err := argv(img.Config, c.config.GetCommand(), c.config.GetArgs())
	if err != nil {
		return nil, nil, fmt.Errorf("failed to generate spec: %w", err)
	}
	host := s.hostname(r.cfg.NodeName)
	t := &task{
		image: img, hostname: host, dir: workingDir(img.Config, c.config),
		env: environ(img.Config, host, c.config.GetTty(), c.config.GetEnvs()),
		tty: c.config.GetTty(), stdinOnce: c.config.GetStdinOnce(),
		pod: s.pod, resize: make(chan process.Size, 1), usage: newUsage(time.Now()), stdin: closedStdin(),
		procs: newProcessTable(r.cfg.ComponentLog), ended: make(chan struct{}),
	}
	if c.config.GetStdin() {
		t.stdin = newStdin()
	}
	if t.fs, err = r.openFS(c, img); err != nil {
		return nil, nil, createError(err)
	}
	if err := t.check(args[0]); err != nil {
		r.drop(t)
		return nil, nil, createError(err)
	}
	if t.log, err = openLog(c.logPath, time.Now); err != nil {
		r.drop(t)
		return nil, nil, fmt.Errorf("failed to create container loggers: %w", err)
	}
	t.stdout = newOutput(t.log.stream(runtimeapi.Stdout), &t.usage.output)
	t.stderr = newOutput(t.log.stream(runtimeapi.Stderr), &t.usage.output)
	t.net = s.pod.Open()
	return t, args, nil
}

// check makes the working directory and looks for the program, in the order of
// runc.
func (t *task) check(program string) error {
	if err := makeDir(t.fs, t.dir); err != nil {
		return fmt.Errorf("mkdir %s: %w", t.dir, err)
	}
	return t.image.ResolveIn(t.fs, t.dir, program, t.env)
}

// drop closes what a task that never ran had opened.
func (r *Runtime) drop(t *task) {
	if err := t.fs.Close(); err != nil {
		r.log.Warn("container file system not closed", "error", err)
	}
}

func (r *Runtime) openFS(c *container, img *image) (*vfs.FS, error) {
	mounts, err := r.mounts(c.sandboxID, c.config)
	if err != nil {
		return nil, err
	}
	upper := filepath.Join(r.store.dir(containerKind, c.id), "upper")
	if err := os.MkdirAll(upper, 0o700); err != nil {
		return nil, err
	}
	return vfs.New(upper, img.Layer(), mounts)
}

// makeDir makes the working directory with its parents, as runc does.
func makeDir(files process.FS, dir string) error {
	current := "/"
	for part := range strings.SplitSeq(strings.Trim(path.Clean(dir), "/"), "/") {
		if part == "" {
			continue
		}
		current = path.Join(current, part)
		if _, err := files.Stat(current); err == nil {
			continue
		}
		if err := files.Mkdir(current, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return nil
}
