// Package providertest owns the conformance suite of provision.Provider: each
// sentence of the contract is a test here, and every provider runs all of them.
// It must not know any provider.
package providertest

import (
	"bytes"
	"context"
	"errors"
	"os"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/labctl-dev/labctl/internal/event"
	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/provision"
)

// New makes a provider and a lab that does not exist yet. The suite destroys
// the lab at the end of the test.
type New func(t *testing.T) (provision.Provider, provision.Lab, provision.Plan)

// Run runs the suite. The tests run one after the other: a lab may be heavy.
func Run(t *testing.T, fresh New) {
	t.Helper()
	t.Run("an absent lab", func(t *testing.T) { absent(start(t, fresh)) })
	t.Run("the life of a lab", func(t *testing.T) { life(start(t, fresh)) })
	t.Run("up goes on after a cancel", func(t *testing.T) { cancelled(start(t, fresh)) })
	t.Run("two at once", func(t *testing.T) { twoAtOnce(start(t, fresh)) })
}

// subject is one lab under test.
type subject struct {
	*testing.T
	provider provision.Provider
	lab      provision.Lab
	plan     provision.Plan
}

func start(t *testing.T, fresh New) subject {
	t.Helper()
	provider, lab, plan := fresh(t)
	s := subject{T: t, provider: provider, lab: lab, plan: plan}
	t.Cleanup(func() {
		if err := provider.Destroy(context.Background(), lab, event.Discard()); err != nil { //nolint:usetesting // t's context is over
			t.Errorf("destroying at the end: %v", err)
		}
	})
	return s
}

func (s subject) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatalf("%v", err)
	}
}

func (s subject) up() { s.Helper(); s.must(s.provider.Up(s.Context(), s.lab, s.plan, s.sink())) }

// sink logs what does not work, so that a failure can be read.
func (s subject) sink() event.Sink {
	return event.Func(func(e event.Event) {
		if e.State == event.Failed {
			s.Logf("event: %s %s %s %s", e.Kind, e.Subject, e.State, e.Detail)
		}
	})
}

func (s subject) status() provision.Status {
	s.Helper()
	status, err := s.provider.Status(s.Context(), s.lab)
	s.must(err)
	return status
}

func (s subject) wantState(want provision.LabState) provision.Status {
	s.Helper()
	status := s.status()
	if status.State != want {
		s.Fatalf("state %s, want %s (%+v)", status.State, want, status.Components)
	}
	if status.Lab != s.lab.Name || status.Provider != s.provider.Name() {
		s.Errorf("status of lab %q by %q, want %q by %q", status.Lab, status.Provider, s.lab.Name, s.provider.Name())
	}
	return status
}

func (s subject) wantReason(err error, want reason.ID) {
	s.Helper()
	var known *reason.Error
	if !errors.As(err, &known) || known.Reason.ID != want {
		s.Errorf("error %v, want reason %s", err, want)
	}
}

func (s subject) wantNoAccess(want reason.ID) {
	s.Helper()
	if accessor, ok := s.provider.(provision.Accessor); ok {
		_, err := accessor.Access(s.Context(), s.lab)
		s.wantReason(err, want)
	}
}

// absent: Down and Destroy of a lab that never was succeed and leave nothing.
func absent(s subject) {
	s.wantState(provision.Absent)
	s.wantNoAccess(reason.LabAbsent)
	s.must(s.provider.Down(s.Context(), s.lab, event.Discard()))
	s.must(s.provider.Destroy(s.Context(), s.lab, event.Discard()))
	s.wantState(provision.Absent)
	s.wantNoDirectory()
	if reader, ok := s.provider.(provision.LogReader); ok {
		s.wantReason(reader.Logs(s.Context(), s.lab, "any", false, &bytes.Buffer{}), reason.LabAbsent)
	}
}

func (s subject) wantNoDirectory() {
	s.Helper()
	if _, err := os.Lstat(s.lab.Dir); !errors.Is(err, os.ErrNotExist) {
		s.Errorf("the lab's directory is still there (%v)", err)
	}
}

// life: up, up again, down, down again, up, destroy, destroy again.
func life(s subject) {
	steps := &recorder{}
	s.must(s.provider.Up(s.Context(), s.lab, s.plan, steps))
	steps.wantOrder(s)
	first := s.wantState(provision.Ready)
	if diff := cmp.Diff(s.plan.Nodes, first.Plan.Nodes, cmp.Comparer(func(a, b provision.Node) bool { return a == b })); diff != "" {
		s.Errorf("planned nodes: %s", diff)
	}
	uid := s.identity()
	s.readLogs(first)

	s.up()
	if diff := cmp.Diff(processes(first), processes(s.wantState(provision.Ready))); diff != "" {
		s.Errorf("a second up changed processes: %s", diff)
	}
	s.wantSame(uid)

	s.must(s.provider.Down(s.Context(), s.lab, event.Discard()))
	s.wantState(provision.Stopped)
	s.wantNoAccess(reason.LabNotRunning)
	s.must(s.provider.Down(s.Context(), s.lab, event.Discard()))
	s.wantState(provision.Stopped)

	s.up()
	s.wantState(provision.Ready)
	s.wantSame(uid)

	s.must(s.provider.Destroy(s.Context(), s.lab, event.Discard()))
	s.wantState(provision.Absent)
	s.wantNoDirectory()
	s.wantNoAccess(reason.LabAbsent)
	s.must(s.provider.Destroy(s.Context(), s.lab, event.Discard()))
}

func processes(status provision.Status) map[string]int {
	pids := map[string]int{}
	for _, c := range status.Components {
		pids[c.Name] = c.PID
	}
	return pids
}

func (s subject) readLogs(status provision.Status) {
	s.Helper()
	reader, ok := s.provider.(provision.LogReader)
	if !ok {
		return
	}
	total := 0
	for _, c := range status.Components {
		var out bytes.Buffer
		s.must(reader.Logs(s.Context(), s.lab, c.Name, false, &out))
		total += out.Len()
	}
	if total == 0 {
		s.Error("no component has logged anything")
	}
	s.wantReason(reader.Logs(s.Context(), s.lab, "no-such-component", false, &bytes.Buffer{}), reason.ComponentUnknown)
}

// cancelled: a cancel in the middle ends Up, and the next Up finishes.
func cancelled(s subject) {
	for _, at := range []int{1, 3, 6} {
		ctx, cancel := context.WithCancel(s.Context())
		steps := &counter{at: at, reached: cancel}
		err := s.provider.Up(ctx, s.lab, s.plan, steps)
		cancel()
		if announced := steps.announced(); err == nil && announced > at {
			s.Errorf("up succeeded though it was cancelled after %d of %d steps", at, announced)
		}
		s.status()
	}
	s.up()
	s.wantState(provision.Ready)
}

// counter calls reached once as many steps as at have ended.
type counter struct {
	at      int
	reached func()

	mu    sync.Mutex
	names map[string]bool
	ended int
}

func (c *counter) Emit(e event.Event) {
	if e.Kind != event.Step {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.names == nil {
		c.names = map[string]bool{}
	}
	c.names[e.Subject] = true
	if e.State == event.Done || e.State == event.Skipped {
		c.ended++
	}
	if c.ended == c.at {
		c.reached()
	}
}

func (c *counter) announced() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.names)
}

// twoAtOnce: while one changes the lab every other one gets LAB_BUSY at once.
func twoAtOnce(s subject) {
	var once sync.Once
	var second, third error
	s.must(s.provider.Up(s.Context(), s.lab, s.plan, event.Func(func(e event.Event) {
		if e.Kind != event.Step || e.State != event.Done {
			return
		}
		once.Do(func() {
			second = s.provider.Up(s.Context(), s.lab, s.plan, event.Discard())
			third = s.provider.Destroy(s.Context(), s.lab, event.Discard())
		})
	})))
	s.wantReason(second, reason.LabBusy)
	s.wantReason(third, reason.LabBusy)
	s.wantState(provision.Ready)
}

// recorder keeps the steps' events.
type recorder struct {
	mu     sync.Mutex
	events []event.Event
}

func (r *recorder) Emit(e event.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e.Kind == event.Step {
		r.events = append(r.events, e)
	}
}

// wantOrder: each step is announced, then runs, then ends well, and none runs
// before the one before it has ended.
func (r *recorder) wantOrder(s subject) {
	s.Helper()
	var running string
	ended := map[string]bool{}
	for _, e := range r.events {
		switch e.State {
		case event.Running:
			if running != "" && running != e.Subject {
				s.Errorf("step %s began while %s ran", e.Subject, running)
			}
			running = e.Subject
		case event.Done, event.Skipped:
			ended[e.Subject], running = true, ""
		case event.Failed:
			s.Errorf("step %s failed: %s", e.Subject, e.Detail)
		default:
		}
	}
	for _, e := range r.events {
		if !ended[e.Subject] {
			s.Errorf("step %s never ended", e.Subject)
		}
	}
	if len(ended) == 0 {
		s.Error("up told of no step")
	}
}
