package grade

import (
	"context"
	"sync"
	"time"

	"github.com/labctl-dev/labctl/internal/check"
	"github.com/labctl-dev/labctl/internal/course"
)

// evaluation bounds one look at one check; what takes longer cannot be told.
const evaluation = 35 * time.Second

// Debounce is how long a change waits for others before the checks run again.
const Debounce = 10 * time.Millisecond

// Grader runs one lesson's checks again and again. It is for one goroutine.
type Grader struct {
	lesson *course.Lesson
	world  check.World
	now    func() time.Time
	checks []*check.Check
	timers []check.Timer
}

// New prepares a grader; now is the clock. A lesson of an outline has nothing to
// check and would pass at once: giving one is a mistake of the program, and New
// panics.
func New(lesson *course.Lesson, world check.World, now func() time.Time) *Grader {
	g := &Grader{lesson: lesson, world: world, now: now}
	for i := range lesson.Steps {
		if len(lesson.Steps[i].Checks) != len(lesson.Steps[i].Specs) {
			panic("grade: the checks of lesson " + lesson.ID + " are not compiled")
		}
		g.checks = append(g.checks, lesson.Steps[i].Checks...)
	}
	g.timers = make([]check.Timer, len(g.checks))
	return g
}

// Refs lists every set of objects the lesson's checks read.
func Refs(lesson *course.Lesson) []check.Ref {
	var refs []check.Ref
	seen := map[check.Ref]bool{}
	for i := range lesson.Steps {
		for _, c := range lesson.Steps[i].Checks {
			for _, ref := range c.Refs() {
				if !seen[ref] {
					seen[ref] = true
					refs = append(refs, ref)
				}
			}
		}
	}
	return refs
}

// Once evaluates every check and returns the result with how long until time
// alone can change it; 0 if it cannot.
func (g *Grader) Once(ctx context.Context) (Result, time.Duration) {
	verdicts := g.evaluate(ctx)
	var wait time.Duration
	for i := range verdicts {
		var left time.Duration
		verdicts[i], left = g.observe(i, verdicts[i])
		wait = sooner(wait, left)
	}
	return gather(g.lesson, verdicts), wait
}

// observe adds time and words to the verdict of one evaluation.
func (g *Grader) observe(i int, verdict check.Verdict) (check.Verdict, time.Duration) {
	verdict, left := g.timers[i].Observe(g.checks[i].Spec, verdict, g.now())
	return g.worded(verdict), left
}

// evaluate looks at all checks at once: one that waits for the network must not
// hold up the others.
func (g *Grader) evaluate(ctx context.Context) []check.Verdict {
	ctx, cancel := context.WithTimeout(ctx, evaluation)
	defer cancel()
	verdicts := make([]check.Verdict, len(g.checks))
	var running sync.WaitGroup
	for i, c := range g.checks {
		running.Go(func() { verdicts[i] = c.Evaluate(ctx, g.world) })
	}
	running.Wait()
	return verdicts
}

// worded gives a message of the course its text.
func (g *Grader) worded(verdict check.Verdict) check.Verdict {
	if m := verdict.Message; m != nil && m.Text.KO == "" {
		filled := *m
		filled.Text, _ = g.lesson.Message(m.Key)
		verdict.Message = &filled
	}
	return verdict
}

// Settle evaluates until the result is final: everything passes, or the time a
// failing check may still take (eventually, holds, never) is over.
func (g *Grader) Settle(ctx context.Context, changes <-chan struct{}) (Result, error) {
	began := g.now()
	for {
		result, wait := g.Once(ctx)
		left := g.patience(result) - g.now().Sub(began)
		if result.Passed() || (wait == 0 && left <= 0) {
			return result, ctx.Err()
		}
		if err := pause(ctx, changes, sooner(sooner(wait, left), g.unseen(result))); err != nil {
			return result, err
		}
	}
}

// lookAgain is how often the checks run while one of them waits for something
// that sends no signal: a port that opens, an answer typed elsewhere.
const lookAgain = 500 * time.Millisecond

// unseen returns lookAgain if such a check does not pass yet, else 0.
func (g *Grader) unseen(result Result) time.Duration {
	i := 0
	for _, step := range result.Steps {
		for _, c := range step.Checks {
			if c.State != check.Pass && g.silent(i) {
				return lookAgain
			}
			i++
		}
	}
	return 0
}

// silent says whether what a check looks at changes without a signal.
func (g *Grader) silent(i int) bool {
	return g.checks[i].Verb == "reach" || g.checks[i].Verb == "answer"
}

// sooner is the smaller of two waits, where 0 or less means "no limit".
func sooner(a, b time.Duration) time.Duration {
	switch {
	case a <= 0:
		return max(b, 0)
	case b <= 0:
		return a
	}
	return min(a, b)
}

// patience is the longest time a check that does not pass may still be given.
// What does not exist is not on its way: nobody should wait for it.
func (g *Grader) patience(result Result) time.Duration {
	var longest time.Duration
	i := 0
	for _, step := range result.Steps {
		for _, c := range step.Checks {
			if c.State != check.Pass && (c.Message == nil || c.Message.Key != "builtin.absent") {
				longest = max(longest, check.Patience(g.checks[i].Spec))
			}
			i++
		}
	}
	return longest
}

// pause waits for a change and Debounce more, or for limit if that is above 0.
func pause(ctx context.Context, changes <-chan struct{}, limit time.Duration) error {
	var after <-chan time.Time
	if limit > 0 {
		timer := time.NewTimer(limit)
		defer timer.Stop()
		after = timer.C
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-after:
		return nil
	case <-changes:
	}
	quiet := time.NewTimer(Debounce)
	defer quiet.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-quiet.C:
		return nil
	}
}

// Baseline lists the scored checks that pass before the learner has done
// anything. A sound lesson on a fresh lab has none.
func (g *Grader) Baseline(ctx context.Context) []string {
	result, _ := g.Once(ctx)
	var passing []string
	for _, step := range result.Steps {
		for _, c := range step.Checks {
			if c.State == check.Pass && c.Max > 0 {
				passing = append(passing, step.ID+"/"+c.ID)
			}
		}
	}
	return passing
}
