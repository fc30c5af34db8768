package simruntime

import (
	"context"
	"io"
	"sync"
	"time"

	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// eventQueue is how many events one listener may be behind; containerd uses
// 1000. Beyond it events are lost, which the kubelet's relist makes good.
const eventQueue = 1000

type broadcaster struct {
	mu        sync.Mutex
	listeners map[chan *runtimeapi.ContainerEventResponse]struct{}
	done      chan struct{}
	closed    bool
}

func newBroadcaster() *broadcaster {
	return &broadcaster{listeners: map[chan *runtimeapi.ContainerEventResponse]struct{}{}, done: make(chan struct{})}
}

func (b *broadcaster) send(event *runtimeapi.ContainerEventResponse) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for l := range b.listeners {
		select {
		case l <- event:
		default:
		}
	}
}

func (b *broadcaster) listen() (events chan *runtimeapi.ContainerEventResponse, stop func()) {
	events = make(chan *runtimeapi.ContainerEventResponse, eventQueue)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.listeners[events] = struct{}{}
	return events, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.listeners, events)
	}
}

func (b *broadcaster) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.closed {
		b.closed = true
		close(b.done)
	}
}

// GetContainerEvents sends events to out until ctx ends (its error) or the
// runtime closes (io.EOF). established is called once events are caught, with
// nil for the stream a remote runtime would have.
func (r *Runtime) GetContainerEvents(ctx context.Context, out chan *runtimeapi.ContainerEventResponse, established func(runtimeapi.RuntimeService_GetContainerEventsClient)) error {
	events, stop := r.events.listen()
	defer stop()
	if established != nil {
		established(nil)
	}
	for {
		select {
		case event := <-events:
			select {
			case out <- event:
			case <-ctx.Done():
				return ctx.Err()
			case <-r.events.done:
				return io.EOF
			}
		case <-ctx.Done():
			return ctx.Err()
		case <-r.events.done:
			return io.EOF
		}
	}
}

// emit announces what happened to a container, or to a sandbox's own one, with
// the pod's state at this moment; r.mu is held.
func (r *Runtime) emit(id string, s *sandbox, kind runtimeapi.ContainerEventType) {
	if s == nil {
		return
	}
	r.events.send(&runtimeapi.ContainerEventResponse{
		ContainerId: id, ContainerEventType: kind, CreatedAt: time.Now().UnixNano(),
		PodSandboxStatus: s.status(), ContainersStatuses: r.statusesOf(s.id),
	})
}
