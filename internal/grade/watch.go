package grade

import (
	"context"
	"sync"
	"time"

	"github.com/labctl-dev/labctl/internal/check"
)

// A check that waits for the network must not hold up the verdicts of the
// others: after this long a result is shown with what is known.
const (
	firstGrace = time.Second // of the first result, which is better shown whole
	grace      = 15 * time.Millisecond
)

// watcher runs the checks of one Watch, each at most once at a time.
type watcher struct {
	*Grader
	verdicts []check.Verdict
	left     []time.Duration // until time alone can change the verdict
	running  []bool
	stale    []bool // the world changed since the running evaluation began
	done     chan finished
	workers  sync.WaitGroup
}

type finished struct {
	index   int
	verdict check.Verdict
}

// Watch evaluates at once and after every change, and hands each result to emit
// until emit returns false or ctx ends. A check that is slower than the others
// keeps the verdict it had and comes with a result of its own later.
func (g *Grader) Watch(ctx context.Context, changes <-chan struct{}, emit func(Result) bool) error {
	n := len(g.checks)
	w := &watcher{
		Grader: g, verdicts: make([]check.Verdict, n), left: make([]time.Duration, n),
		running: make([]bool, n), stale: make([]bool, n), done: make(chan finished, n),
	}
	defer w.workers.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for i := range w.verdicts {
		w.verdicts[i] = check.Looking()
	}
	err := w.round(ctx, firstGrace)
	for err == nil && emit(gather(g.lesson, w.verdicts)) {
		err = w.next(ctx, changes)
	}
	return err
}

// next returns once there is something new to show.
func (w *watcher) next(ctx context.Context, changes <-chan struct{}) error {
	var after <-chan time.Time
	if limit := w.limit(); limit > 0 {
		timer := time.NewTimer(limit)
		defer timer.Stop()
		after = timer.C
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case late := <-w.done:
		w.take(ctx, late)
		return nil
	case <-after:
	case <-changes:
		if err := pause(ctx, nil, Debounce); err != nil {
			return err
		}
		copy(w.stale, w.running)
	}
	return w.round(ctx, grace)
}

// limit is how long until the checks must run again without a change; 0 for
// never.
func (w *watcher) limit() time.Duration {
	var limit time.Duration
	for i := range w.checks {
		if w.running[i] {
			continue
		}
		limit = sooner(limit, w.left[i])
		if w.verdicts[i].State != check.Pass && w.silent(i) {
			limit = sooner(limit, lookAgain)
		}
	}
	return limit
}

// round starts every check that does not run yet and waits for those it
// started, at most for patience.
func (w *watcher) round(ctx context.Context, patience time.Duration) error {
	waiting := map[int]bool{}
	for i := range w.checks {
		if !w.running[i] {
			waiting[i] = true
			w.start(ctx, i)
		}
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for len(waiting) > 0 {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
			return nil
		case one := <-w.done:
			delete(waiting, one.index)
			w.take(ctx, one)
		}
	}
	return ctx.Err()
}

func (w *watcher) start(ctx context.Context, i int) {
	w.running[i], w.stale[i] = true, false
	w.workers.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, evaluation)
		defer cancel()
		w.done <- finished{i, w.checks[i].Evaluate(ctx, w.world)} // holds one of each check, never blocks
	})
}

// take keeps a verdict; what changed meanwhile is looked at once more.
func (w *watcher) take(ctx context.Context, one finished) {
	w.running[one.index] = false
	w.verdicts[one.index], w.left[one.index] = w.observe(one.index, one.verdict)
	if w.stale[one.index] {
		w.start(ctx, one.index)
	}
}
