package grade_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/labctl-dev/labctl/internal/check"
	"github.com/labctl-dev/labctl/internal/course"
	"github.com/labctl-dev/labctl/internal/grade"
	"github.com/labctl-dev/labctl/labs"
)

// lesson is a small course of one lesson with these steps.
func lesson(t *testing.T, steps string) *course.Lesson {
	t.Helper()
	files := fstest.MapFS{}
	put := func(path, text string) { files[path] = &fstest.MapFile{Data: []byte(text)} }
	put("course.yaml", "apiVersion: labctl.dev/v1\nkind: Course\nid: t\ntitle: {ko: a, en: a}\nchapters: [{id: c, title: {ko: a, en: a}, lessons: [l]}]\n")
	put("l/lesson.yaml", "apiVersion: labctl.dev/v1\nkind: Lesson\nid: l\ntitle: {ko: a, en: a}\nsteps:\n"+steps)
	for _, lang := range []string{"ko", "en"} {
		put("messages/"+lang+".yaml", "shared: x\n")
		put("l/messages."+lang+".yaml", "t: title\nwhy: because {node}\n")
		put("l/"+lang+".md", "# x\n\n## One {#one}\n\n## Two {#two}\n")
	}
	put("l/solutions/a.sh", "kubectl version\n")
	put("l/wrong/a/run.sh", "kubectl version\n")
	put("l/wrong/a/expect.yaml", "check: one/a\nmessage: why\n")
	c, err := course.Load(files)
	if err != nil {
		t.Fatalf("the test's own lesson is wrong:\n%v", err)
	}
	return c.Lessons[0]
}

const steps = `
- id: one
  checks:
  - {id: a, title: t, points: 4, gate: true, bind: {pod: {kind: Pod, name: nginx}}, expect: found(pod), explain: [{when: "true", say: why, with: {node: "'w1'"}}]}
  - {id: b, title: t, points: 2, bind: {pods: {kind: Pod}}, expect: size(pods) > 0}
- id: two
  checks:
  - {id: c, title: t, points: 5, holds: 5s, bind: {pod: {kind: Pod, name: nginx}}, expect: ready(pod)}
`

// cluster is a fake that tests change.
type cluster struct {
	mu      sync.Mutex
	pods    []map[string]any
	err     error
	changes chan struct{}
}

func newCluster() *cluster { return &cluster{changes: make(chan struct{}, 1)} }

func (c *cluster) List(context.Context, check.Ref) ([]map[string]any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pods, c.err
}

func (c *cluster) set(err error, pods ...map[string]any) {
	c.mu.Lock()
	c.pods, c.err = pods, err
	c.mu.Unlock()
	select {
	case c.changes <- struct{}{}:
	default:
	}
}

func pod(name, ready string) map[string]any {
	return map[string]any{
		"kind": "Pod", "metadata": map[string]any{"name": name, "namespace": "default"},
		"status": map[string]any{"conditions": []any{map[string]any{"type": "Ready", "status": ready}}},
	}
}

func states(r grade.Result) map[string]check.State { return r.States() }

func TestOnce(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		err    error
		pods   []map[string]any
		state  check.State
		points int
		want   map[string]check.State
	}{
		"nothing":      {nil, nil, check.Fail, 0, map[string]check.State{"one/a": check.Fail, "one/b": check.Fail, "two/c": check.Fail}},
		"behind gate":  {nil, []map[string]any{pod("other", "True")}, check.Fail, 0, map[string]check.State{"one/a": check.Fail, "one/b": check.Pass, "two/c": check.Fail}},
		"holding":      {nil, []map[string]any{pod("nginx", "True")}, check.CannotTell, 6, map[string]check.State{"one/a": check.Pass, "one/b": check.Pass, "two/c": check.CannotTell}},
		"cluster down": {errors.New("down"), nil, check.CannotTell, 0, map[string]check.State{"one/a": check.CannotTell, "one/b": check.CannotTell, "two/c": check.CannotTell}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCluster()
			c.set(test.err, test.pods...)
			got, _ := grade.New(lesson(t, steps), check.World{Objects: c}, time.Now).Once(t.Context())
			if got.State != test.state || got.Points != test.points || got.Max != 11 {
				t.Errorf("got %s %d/%d, want %s %d/11", got.State, got.Points, got.Max, test.state, test.points)
			}
			if diff := cmp.Diff(test.want, states(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCourseMessageIsWorded(t *testing.T) {
	t.Parallel()
	got, _ := grade.New(lesson(t, steps), check.World{Objects: newCluster()}, time.Now).Once(t.Context())
	a, ok := got.Find("one/a")
	if !ok || a.Message == nil || a.Message.Text.EN != "because {node}" || a.Message.Args["node"] != "w1" {
		t.Errorf("message = %+v", a.Message)
	}
	if _, ok := got.Find("one/none"); ok {
		t.Error("found a check that is not there")
	}
}

func TestBaselineNamesWhatPassesAlready(t *testing.T) {
	t.Parallel()
	c := newCluster()
	c.set(nil, pod("other", "True"))
	got := grade.New(lesson(t, steps), check.World{Objects: c}, time.Now).Baseline(t.Context())
	if diff := cmp.Diff([]string{"one/b"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestSettleWaitsForHoldsByTheClock(t *testing.T) {
	t.Parallel()
	l := lesson(t, steps)
	synctest.Test(t, func(t *testing.T) {
		c := newCluster()
		c.set(nil, pod("nginx", "True"))
		began := time.Now()
		got, err := grade.New(l, check.World{Objects: c}, time.Now).Settle(t.Context(), c.changes)
		if err != nil || !got.Passed() || got.Points != 11 {
			t.Errorf("got %+v, %v", got, err)
		}
		if took := time.Since(began); took != 5*time.Second+grade.Debounce && took != 5*time.Second {
			t.Errorf("settled after %v of the fake clock, want 5s", took)
		}
	})
}

func TestSettleGivesUpAfterEventually(t *testing.T) {
	t.Parallel()
	l := lesson(t, `
- id: one
  checks: [{id: a, title: t, points: 4, eventually: 3s, bind: {pod: {kind: Pod, name: nginx}}, expect: ready(pod), explain: [{when: "true", say: why, with: {node: "'x'"}}]}]
- id: two
  checks: [{id: c, title: t, points: 5, bind: {pods: {kind: Pod}}, expect: size(pods) == 0}]
`)
	synctest.Test(t, func(t *testing.T) {
		c := newCluster()
		c.pods = []map[string]any{pod("nginx", "False")}
		began := time.Now()
		got, err := grade.New(l, check.World{Objects: c}, time.Now).Settle(t.Context(), c.changes)
		if err != nil || got.State != check.Fail || time.Since(began) != 3*time.Second {
			t.Errorf("got %s, %v after %v", got.State, err, time.Since(began))
		}
	})
}

func TestSettleDoesNotWaitForWhatDoesNotExist(t *testing.T) {
	t.Parallel()
	l := lesson(t, `
- id: one
  checks: [{id: a, title: t, points: 4, eventually: 9s, bind: {pod: {kind: Pod, name: nginx}}, expect: ready(pod), explain: [{when: found(pod), say: why, with: {node: "'x'"}}]}]
- id: two
  checks: [{id: c, title: t, points: 5, bind: {pods: {kind: Pod}}, expect: size(pods) == 0}]
`)
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		got, err := grade.New(l, check.World{Objects: newCluster()}, time.Now).Settle(t.Context(), nil)
		if err != nil || got.State != check.Fail || time.Since(began) != 0 {
			t.Errorf("got %s, %v after %v of the fake clock", got.State, err, time.Since(began))
		}
	})
}

func TestWatchFollowsChangesAndEnds(t *testing.T) {
	t.Parallel()
	l := lesson(t, steps)
	synctest.Test(t, func(t *testing.T) {
		c := newCluster()
		var seen []check.State
		err := grade.New(l, check.World{Objects: c}, time.Now).Watch(t.Context(), c.changes, func(r grade.Result) bool {
			seen = append(seen, r.State)
			switch len(seen) {
			case 1:
				c.set(nil, pod("nginx", "False"))
			case 2:
				c.set(nil, pod("nginx", "True"))
			}
			return !r.Passed()
		})
		want := []check.State{check.Fail, check.Fail, check.CannotTell, check.Pass}
		if diff := cmp.Diff(want, seen); err != nil || diff != "" {
			t.Errorf("%v; states (-want +got):\n%s", err, diff)
		}
	})
}

func TestWatchEndsWithItsContext(t *testing.T) {
	t.Parallel()
	l := lesson(t, steps)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		err := grade.New(l, check.World{Objects: newCluster()}, time.Now).Watch(ctx, nil, func(grade.Result) bool { cancel(); return true })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Watch = %v", err)
		}
	})
}

func TestRefsOfOurLessonAreFew(t *testing.T) {
	t.Parallel()
	c, err := course.Load(labs.Files())
	if err != nil {
		t.Fatal(err)
	}
	if refs := grade.Refs(c.Lesson("2.1")); len(refs) != 3 {
		t.Errorf("lesson 2.1 watches %v, want pods in default, pods everywhere, deployments in default", refs)
	}
}

func TestAnOutlineCannotBeGraded(t *testing.T) {
	t.Parallel()
	c, err := course.Outline(labs.Files())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if recover() == nil {
			t.Error("a lesson without compiled checks was taken; it would pass at once")
		}
	}()
	grade.New(c.Lesson("2.1"), check.World{}, time.Now)
}
