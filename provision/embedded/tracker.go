package embedded

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/labctl-dev/labctl/internal/event"
	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/provision/embedded/supervisor"
)

// maxCrashes is how often a component may end in a row before Up gives up on it.
// The supervisor goes on trying.
const maxCrashes = 4

// tracker follows the supervisor's events: it passes them on and lets steps wait
// for components.
type tracker struct {
	client *supervisor.Client
	dir    string   // the lab's, for messages
	order  []string // of the components, what others need first
	sink   event.Sink
	cancel context.CancelFunc
	ended  chan struct{}

	mu      sync.Mutex
	last    map[string]event.Event
	crashes map[string]int
	changed chan struct{}
}

func track(ctx context.Context, client *supervisor.Client, dir string, order []string, sink event.Sink) *tracker {
	ctx, cancel := context.WithCancel(ctx)
	t := &tracker{
		client: client, dir: dir, order: order, sink: sink, cancel: cancel, ended: make(chan struct{}),
		last: map[string]event.Event{}, crashes: map[string]int{}, changed: make(chan struct{}),
	}
	go func() {
		defer close(t.ended)
		_ = client.Events(ctx, t) // its end is seen by whoever waits for a component
	}()
	return t
}

// Emit takes one event of the supervisor. A node's process being healthy is only
// half of the node: its Done comes when the API server calls it Ready.
func (t *tracker) Emit(e event.Event) {
	t.mu.Lock()
	t.last[e.Subject] = e
	switch e.State {
	case event.Failed:
		t.crashes[e.Subject]++
	case event.Done:
		t.crashes[e.Subject] = 0
	default:
	}
	close(t.changed)
	t.changed = make(chan struct{})
	t.mu.Unlock()
	if e.Kind == event.Node && e.State == event.Done {
		e.State, e.Detail = event.Running, "registering"
	}
	t.sink.Emit(e)
}

// await returns once the component is healthy.
func (t *tracker) await(ctx context.Context, name string) error {
	for {
		last, changed, err := t.look(name)
		if err != nil || last.State == event.Done {
			return err
		}
		select {
		case <-changed:
		case <-t.ended:
			return reason.New(reason.ComponentFailed, errors.New("the supervisor ended"), "component", supervisorName, "detail", "it ended")
		case <-ctx.Done():
			return fmt.Errorf("%s is %s (%s): %w", name, last.State, last.Detail, ctx.Err())
		}
	}
}

// look also reports the first component that keeps crashing, whoever waits for
// what: nothing will get ready then.
func (t *tracker) look(name string) (event.Event, <-chan struct{}, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, times := range t.crashes {
		if times >= maxCrashes {
			return event.Event{}, nil, t.why(t.culprit())
		}
	}
	return t.last[name], t.changed, nil
}

// culprit is the crashed component that the others need most: where several
// crash, the rest may only suffer from it.
func (t *tracker) culprit() string {
	for _, name := range t.order {
		if t.crashes[name] > 0 {
			return name
		}
	}
	return ""
}

// why words the crashes of a component. That the disk is full is the one cause
// that has a fix of its own.
func (t *tracker) why(crashed string) error {
	detail := t.last[crashed].Detail
	if strings.Contains(detail, supervisor.DiskFull) {
		return reason.New(reason.DiskFull, errors.New(detail), "path", t.dir)
	}
	return reason.New(reason.ComponentFailed, nil, "component", crashed, "detail", detail)
}

// watch ends ctx's child with the reason as soon as a component keeps crashing.
func (t *tracker) watch(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		for {
			_, changed, err := t.look("")
			if err != nil {
				cancel(err)
				return
			}
			select {
			case <-changed:
			case <-t.ended:
				cancel(reason.New(reason.ComponentFailed, nil, "component", supervisorName, "detail", "it ended"))
				return
			case <-ctx.Done():
				return
			}
		}
	}()
	return ctx, func() { cancel(nil) }
}

func (t *tracker) close() {
	t.cancel()
	<-t.ended
	t.client.Close()
}
