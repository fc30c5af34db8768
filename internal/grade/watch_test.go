package grade_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/labctl-dev/labctl/internal/check"
	"github.com/labctl-dev/labctl/internal/grade"
)

// silence is a network where no answer ever comes, until it is lifted.
type silence struct {
	lifted chan struct{}
	asked  []time.Time
}

func (s *silence) DialContext(ctx context.Context, _, _ string) (net.Conn, error) {
	s.asked = append(s.asked, time.Now())
	select {
	case <-s.lifted:
		near, far := net.Pipe()
		_ = far.Close()
		return near, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

const withReach = `
- id: one
  checks:
  - {id: a, title: t, points: 4, bind: {pod: {kind: Pod, name: nginx}}, expect: ready(pod), explain: [{when: "true", say: why, with: {node: "'w1'"}}]}
- id: two
  checks:
  - {id: c, title: t, points: 5, bind: {pod: {kind: Pod, name: nginx}}, reach: {tcp: "'192.0.2.1:80'", timeout: 20s}}
`

// seen is one result and when it came.
type seen struct {
	After  time.Duration
	States map[string]check.State
}

func TestASlowCheckDoesNotDelayTheOthers(t *testing.T) {
	t.Parallel()
	l := lesson(t, withReach)
	synctest.Test(t, func(t *testing.T) {
		c, network := newCluster(), &silence{lifted: make(chan struct{})}
		began := time.Now()
		var got []seen
		err := grade.New(l, check.World{Objects: c, Dialer: network}, time.Now).Watch(t.Context(), c.changes, func(r grade.Result) bool {
			got = append(got, seen{time.Since(began), r.States()})
			switch len(got) {
			case 1:
				c.set(nil, pod("nginx", "True"))
			case 2:
				close(network.lifted)
			}
			return !r.Passed()
		})
		// The first result waits a second for the network; the change does not.
		want := []seen{
			{time.Second, map[string]check.State{"one/a": check.Fail, "two/c": check.CannotTell}},
			{time.Second + grade.Debounce, map[string]check.State{"one/a": check.Pass, "two/c": check.CannotTell}},
			{time.Second + grade.Debounce, map[string]check.State{"one/a": check.Pass, "two/c": check.Pass}},
		}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v; results (-want +got):\n%s", err, diff)
		}
		// It ran while the world changed, so it is asked once more.
		if len(network.asked) != 2 {
			t.Errorf("the network was asked at %v, want twice", network.asked)
		}
	})
}

func TestAReachIsTriedAgainWithoutAChange(t *testing.T) {
	t.Parallel()
	l := lesson(t, withReach)
	synctest.Test(t, func(t *testing.T) {
		c, network := newCluster(), &refusal{}
		c.pods = []map[string]any{pod("nginx", "True")}
		began := time.Now()
		var got []time.Duration
		err := grade.New(l, check.World{Objects: c, Dialer: network}, time.Now).Watch(t.Context(), c.changes, func(grade.Result) bool {
			got = append(got, time.Since(began))
			return len(got) < 3
		})
		if want := []time.Duration{0, 500 * time.Millisecond, time.Second}; err != nil || !slices.Equal(got, want) {
			t.Errorf("%v; results came at %v, want %v", err, got, want)
		}
	})
}

type refusal struct{}

func (refusal) DialContext(context.Context, string, string) (net.Conn, error) {
	return nil, errors.New("refused")
}

func TestWatchEndsWhileACheckHangs(t *testing.T) {
	t.Parallel()
	l := lesson(t, withReach)
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		world := check.World{Objects: newCluster(), Dialer: &silence{lifted: make(chan struct{})}}
		err := grade.New(l, world, time.Now).Watch(t.Context(), nil, func(grade.Result) bool { return false })
		if err != nil || time.Since(began) != time.Second {
			t.Errorf("Watch = %v after %v of the fake clock, want 1s", err, time.Since(began))
		}
	})
}
