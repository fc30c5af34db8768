package supervisor

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/labctl-dev/labctl/provision/embedded/component"
)

// world is a fake operating system: processes that live until told otherwise.
type world struct {
	mu      sync.Mutex
	log     []string // "start a", "term a", "kill a"
	starts  map[string][]time.Time
	procs   map[string]*fakeProcess
	deaf    map[string]bool // ignores being asked to end
	healthy map[string]bool
	next    int
}

type fakeProcess struct {
	done chan struct{}
	once sync.Once
}

func (p *fakeProcess) end() { p.once.Do(func() { close(p.done) }) }

func newWorld() *world {
	return &world{starts: map[string][]time.Time{}, procs: map[string]*fakeProcess{}, deaf: map[string]bool{}, healthy: map[string]bool{}}
}

func (w *world) start(spec component.Component) (running, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.next++
	p := &fakeProcess{done: make(chan struct{})}
	w.procs[spec.Name] = p
	w.log = append(w.log, "start "+spec.Name)
	w.starts[spec.Name] = append(w.starts[spec.Name], time.Now())
	return running{
		pid: w.next, done: p.done,
		why:     func() string { return "it fell over" },
		release: func() error { w.note("release " + spec.Name); return nil },
		terminate: func() error {
			w.note("term " + spec.Name)
			if !w.is(w.deaf, spec.Name) {
				p.end()
			}
			return nil
		},
		kill: func() error { w.note("kill " + spec.Name); p.end(); return nil },
	}, nil
}

func (w *world) note(line string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.log = append(w.log, line)
}

func (w *world) is(set map[string]bool, name string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return set[name]
}

func (w *world) setHealthy(name string, healthy bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.healthy[name] = healthy
}

func (w *world) crash(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.procs[name].end()
}

func (w *world) probe(_ context.Context, spec component.Component) error {
	if w.is(w.healthy, spec.Name) {
		return nil
	}
	return errors.New("not  yet\nhealthy")
}

func (w *world) lines() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string{}, w.log...)
}

func (w *world) startsOf(name string) []time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]time.Time{}, w.starts[name]...)
}

func chain() []component.Component {
	return []component.Component{
		{Name: "store", StopAfter: []string{"api"}},
		{Name: "api", DependsOn: []string{"store"}, StopAfter: []string{"node"}},
		{Name: "node", DependsOn: []string{"api"}, Node: true},
	}
}

func stateOf(c *crew, name string) entry {
	for _, e := range c.board.look().entries {
		if e.Name == name {
			return e
		}
	}
	return entry{}
}

func TestStartsInOrderOfHealthAndStopsBackwards(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		c := newCrew(chain(), w.start, w.probe)
		c.start(t.Context())
		for _, name := range []string{"store", "api", "node"} {
			time.Sleep(time.Second)
			synctest.Wait()
			if got := stateOf(c, name); got.State != Starting || got.Detail != "not yet healthy" {
				t.Fatalf("%s is %s (%q), want it starting", name, got.State, got.Detail)
			}
			w.setHealthy(name, true)
		}
		time.Sleep(time.Second)
		if got := stateOf(c, "node"); got.State != Running || !got.Healthy || got.Detail != "" {
			t.Errorf("node is %+v, want it running", got)
		}
		c.stop()
		want := []string{"start store", "start api", "start node", "term node", "term api", "term store"}
		if diff := cmp.Diff(want, w.lines()); diff != "" {
			t.Error(diff)
		}
		if !c.board.look().ended() {
			t.Error("something has not ended")
		}
		c.units["api"].Start(t.Context())
		if diff := cmp.Diff(want, w.lines()); diff != "" {
			t.Errorf("a start after the stop: %s", diff)
		}
	})
}

func TestHeldComponentsStartAtOnceAndAreLetGoInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		held := chain()
		for i := range held {
			held[i].Hold = len(held[i].DependsOn) > 0
		}
		c := newCrew(held, w.start, w.probe)
		c.start(t.Context())
		synctest.Wait()
		if got := stateOf(c, "node"); got.State != Waiting || got.PID == 0 {
			t.Errorf("node is %+v, want it waiting as a process", got)
		}
		if starts := len(w.lines()); starts != 3 {
			t.Errorf("%d lines %v, want all three started", starts, w.lines())
		}
		w.setHealthy("store", true)
		time.Sleep(time.Second)
		w.setHealthy("api", true)
		time.Sleep(time.Second)
		if diff := cmp.Diff([]string{"release api", "release node"}, w.lines()[3:]); diff != "" {
			t.Error(diff)
		}
		c.stop()
	})
}

func TestCrashesComeBackWithPauses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		c := newCrew([]component.Component{{Name: "a"}}, w.start, w.probe)
		c.start(t.Context())
		var crashed []time.Time
		crash := func() {
			synctest.Wait()
			crashed = append(crashed, time.Now())
			w.crash("a")
			time.Sleep(15 * time.Second)
		}
		for range 4 {
			crash()
		}
		w.setHealthy("a", true)
		time.Sleep(2 * backoffReset)
		crash()
		var pauses []time.Duration
		for i, at := range crashed {
			pauses = append(pauses, w.startsOf("a")[i+1].Sub(at))
		}
		want := []time.Duration{0, 500 * time.Millisecond, time.Second, 2 * time.Second, 0}
		if diff := cmp.Diff(want, pauses); diff != "" {
			t.Error(diff)
		}
		if got := stateOf(c, "a").Restarts; got != 5 {
			t.Errorf("%d restarts, want 5", got)
		}
		w.setHealthy("a", false)
		w.crash("a")
		synctest.Wait()
		if got := stateOf(c, "a"); got.State != Backoff || got.Detail != "it fell over" {
			t.Errorf("got %+v, want it to wait with the reason", got)
		}
		c.stop()
	})
}

func TestDeafComponentIsKilled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.deaf["a"] = true
		c := newCrew([]component.Component{{Name: "a"}}, w.start, w.probe)
		c.start(t.Context())
		synctest.Wait()
		began := time.Now()
		c.stop()
		if got := time.Since(began); got != stopGrace {
			t.Errorf("killed after %v, want %v", got, stopGrace)
		}
		if diff := cmp.Diff([]string{"start a", "term a", "kill a"}, w.lines()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestUnhealthyOnlyAfterSeveralFailures(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.setHealthy("a", true)
		c := newCrew([]component.Component{{Name: "a"}}, w.start, w.probe)
		c.start(t.Context())
		time.Sleep(time.Second)
		w.setHealthy("a", false)
		time.Sleep((probeFailures - 1) * probeRunning)
		synctest.Wait()
		if got := stateOf(c, "a"); !got.Healthy {
			t.Error("one slow answer made it unhealthy")
		}
		time.Sleep(probeRunning)
		synctest.Wait()
		if got := stateOf(c, "a"); got.Healthy || got.State != Running {
			t.Errorf("got %+v, want it running and unhealthy", got)
		}
		c.stop()
	})
}
