package supervisor

import (
	"slices"
	"sync"
	"time"

	"github.com/labctl-dev/labctl/provision"
	"github.com/labctl-dev/labctl/provision/embedded/component"
)

// The states of a component, as provision.ComponentStatus names them.
const (
	Waiting  = "waiting" // for the components it depends on
	Starting = "starting"
	Running  = "running"
	Backoff  = "backoff" // crashed; starts again after a pause
	Stopping = "stopping"
	Stopped  = "stopped"
)

// entry is what the board knows of one component.
type entry struct {
	provision.ComponentStatus
	begun time.Time // when it last set out to become healthy, or to stop
	node  bool
}

// board holds the state of every component and wakes whoever waits for a change.
type board struct {
	mu       sync.Mutex
	entries  []entry
	index    map[string]int
	changed  chan struct{}
	stopping bool
	proven   bool
}

func newBoard(components []component.Component) *board {
	b := &board{index: map[string]int{}, changed: make(chan struct{})}
	for i, spec := range components {
		b.index[spec.Name] = i
		now := time.Now()
		status := provision.ComponentStatus{Name: spec.Name, State: Waiting, Since: now.UTC()}
		b.entries = append(b.entries, entry{ComponentStatus: status, begun: now, node: spec.Node})
	}
	return b
}

// update changes one component's entry; a change of state also sets Since.
func (b *board) update(name string, change func(*entry)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	at := &b.entries[b.index[name]]
	before := *at
	change(at)
	if *at == before {
		return
	}
	if at.State != before.State {
		at.Since = time.Now().UTC()
	}
	b.wake()
}

func (b *board) wake() {
	close(b.changed)
	b.changed = make(chan struct{})
}

func (b *board) setStopping() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stopping = true
	b.wake()
}

func (b *board) setProven() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.proven = true
	b.wake()
}

// view is a copy of the board; changed is closed when it is out of date.
type view struct {
	entries  []entry
	stopping bool
	proven   bool
	changed  <-chan struct{}
}

func (b *board) look() view {
	b.mu.Lock()
	defer b.mu.Unlock()
	return view{entries: slices.Clone(b.entries), stopping: b.stopping, proven: b.proven, changed: b.changed}
}

// healthy reports whether all of names are; unknown names do not count.
func (v view) healthy(names []string) bool {
	for _, e := range v.entries {
		if slices.Contains(names, e.Name) && !e.Healthy {
			return false
		}
	}
	return true
}
