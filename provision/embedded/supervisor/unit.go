package supervisor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/labctl-dev/labctl/provision/embedded/component"
)

// How often health is asked for: tightly while a component starts, because every
// millisecond of that is the learner's, and rarely once it works.
const (
	probeStarting = 15 * time.Millisecond
	probeRunning  = 2 * time.Second
	probeTimeout  = 2 * time.Second
	probeFailures = 3                // in a row, before a working component counts as unhealthy
	stopGrace     = 10 * time.Second // between asking a component to end and killing it
)

// running is a started process.
type running struct {
	pid       int
	done      <-chan struct{}
	why       func() string // after done: how it ended, with its last words
	release   func() error  // lets a held process go
	terminate func() error
	kill      func() error
}

// starter starts a component's process.
type starter func(component.Component) (running, error)

// probe asks for a component's health; nil is healthy.
type probe func(context.Context, component.Component) error

// unit keeps one component running.
type unit struct {
	spec  component.Component
	board *board
	start starter
	probe probe

	mu     sync.Mutex
	cancel context.CancelFunc
	ended  chan struct{}
	closed bool
}

// Start sets the component going; a running one stays as it is.
func (u *unit) Start(ctx context.Context) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.cancel != nil || u.closed {
		return
	}
	ctx, u.cancel = context.WithCancel(ctx)
	u.ended = make(chan struct{})
	go func() {
		defer close(u.ended)
		u.serve(ctx)
	}()
}

// Stop ends the component and returns once its process is gone.
func (u *unit) Stop() { u.stop(false) }

// Close is Stop for good: a Start that comes later, as from a restart that was
// under way, does nothing.
func (u *unit) Close() { u.stop(true) }

func (u *unit) stop(forGood bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.closed = u.closed || forGood
	if u.cancel == nil {
		return
	}
	u.cancel()
	<-u.ended
	u.cancel = nil
}

func (u *unit) serve(ctx context.Context) {
	var crashes backoff
	u.board.update(u.spec.Name, func(e *entry) { e.State, e.Detail, e.begun = Waiting, "", time.Now() })
	for u.spec.Hold || u.awaitDependencies(ctx, nil) {
		healthyFor, why := u.once(ctx)
		if ctx.Err() != nil {
			break
		}
		u.board.update(u.spec.Name, func(e *entry) {
			e.State, e.Healthy, e.PID, e.Detail, e.begun = Backoff, false, 0, why, time.Now()
			e.Restarts++
		})
		if !pause(ctx, crashes.next(healthyFor)) {
			break
		}
	}
	u.board.update(u.spec.Name, func(e *entry) { e.State, e.Healthy, e.PID, e.Detail = Stopped, false, 0, "" })
}

func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// awaitDependencies returns true once what the component depends on is healthy,
// false when ctx or done ends first.
func (u *unit) awaitDependencies(ctx context.Context, done <-chan struct{}) bool {
	for ctx.Err() == nil {
		now := u.board.look()
		if now.healthy(u.spec.DependsOn) {
			return true
		}
		select {
		case <-now.changed:
		case <-done:
			return false
		case <-ctx.Done():
		}
	}
	return false
}

// hold keeps a started process from beginning its work until it may; meanwhile
// the process gets the cost of starting behind it.
func (u *unit) hold(ctx context.Context, process running) {
	u.board.update(u.spec.Name, func(e *entry) { e.State, e.PID = Waiting, process.pid })
	if u.awaitDependencies(ctx, process.done) {
		_ = process.release() // fails only for a process that has ended, which watch sees
	}
}

// once runs the process to its end and returns how long it was healthy.
func (u *unit) once(ctx context.Context) (healthyFor time.Duration, why string) {
	process, err := u.start(u.spec)
	if err != nil {
		return 0, err.Error()
	}
	if u.spec.Hold {
		u.hold(ctx, process)
	}
	u.board.update(u.spec.Name, func(e *entry) { e.State, e.PID = Starting, process.pid })
	healthySince := u.watch(ctx, process)
	if ctx.Err() != nil {
		u.end(process)
	}
	if !healthySince.IsZero() {
		healthyFor = time.Since(healthySince)
	}
	return healthyFor, process.why()
}

// watch probes the process until it or ctx ends, and returns since when it was
// healthy.
func (u *unit) watch(ctx context.Context, process running) (healthySince time.Time) {
	alive, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-process.done:
			cancel()
		case <-alive.Done():
		}
	}()
	interval, failures := probeStarting, 0
	for pause(alive, interval) {
		err := u.ask(alive)
		switch {
		case alive.Err() != nil:
		case err == nil:
			failures, interval = 0, probeRunning
			if healthySince.IsZero() {
				healthySince = time.Now()
			}
			u.board.update(u.spec.Name, func(e *entry) { e.State, e.Healthy, e.Detail = Running, true, "" })
		default:
			failures++
			u.unhealthy(failures, healthySince.IsZero(), err)
		}
	}
	return healthySince
}

func (u *unit) ask(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	return u.probe(ctx, u.spec)
}

func (u *unit) unhealthy(failures int, starting bool, err error) {
	// That nothing listens yet is no news while a component starts.
	if opErr := (*net.OpError)(nil); starting && errors.As(err, &opErr) {
		return
	}
	if starting || failures >= probeFailures {
		u.board.update(u.spec.Name, func(e *entry) { e.Healthy, e.Detail = false, oneLine(err) })
	}
}

// end asks the process to end, and kills it if it does not in time.
func (u *unit) end(process running) {
	u.board.update(u.spec.Name, func(e *entry) { e.State, e.Healthy, e.begun = Stopping, false, time.Now() })
	if err := process.terminate(); err == nil {
		timer := time.NewTimer(stopGrace)
		defer timer.Stop()
		select {
		case <-process.done:
			return
		case <-timer.C:
		}
	}
	if err := process.kill(); err != nil {
		u.board.update(u.spec.Name, func(e *entry) { e.Detail = fmt.Sprintf("killing: %v", err) })
	}
	<-process.done
}
