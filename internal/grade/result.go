// Package grade owns running the checks of a lesson and adding up what they
// say. It must not know files, commands or terminals; it sees the cluster through
// check.World and time through timers only.
package grade

import (
	"github.com/labctl-dev/labctl/internal/check"
	"github.com/labctl-dev/labctl/internal/course"
)

// CheckResult is the verdict of one check.
type CheckResult struct {
	ID     string
	Points int // given now
	Max    int
	Gate   bool
	check.Verdict
}

// StepResult is what one step's checks say.
type StepResult struct {
	ID     string
	State  check.State // fail if any fails, else cannot-tell if any cannot be told
	Points int
	Max    int
	Checks []CheckResult
}

// Result is what a lesson's checks say at one moment.
type Result struct {
	Lesson string
	State  check.State
	Points int
	Max    int
	Steps  []StepResult
}

// Passed says whether every check passes.
func (r Result) Passed() bool { return r.State == check.Pass }

// Find returns the result of the check "step/check".
func (r Result) Find(name string) (CheckResult, bool) {
	for _, step := range r.Steps {
		for _, c := range step.Checks {
			if step.ID+"/"+c.ID == name {
				return c, true
			}
		}
	}
	return CheckResult{}, false
}

// States maps "step/check" to its state, for finding what changed.
func (r Result) States() map[string]check.State {
	states := map[string]check.State{}
	for _, step := range r.Steps {
		for _, c := range step.Checks {
			states[step.ID+"/"+c.ID] = c.State
		}
	}
	return states
}

// gather adds the verdicts of a lesson up. Verdicts come in the lesson's order.
func gather(lesson *course.Lesson, verdicts []check.Verdict) Result {
	result := Result{Lesson: lesson.ID, State: check.Pass}
	at := 0
	for i := range lesson.Steps {
		step := gatherStep(&lesson.Steps[i], verdicts[at:at+len(lesson.Steps[i].Checks)])
		at += len(lesson.Steps[i].Checks)
		result.Steps = append(result.Steps, step)
		result.Points += step.Points
		result.Max += step.Max
		result.State = worse(result.State, step.State)
	}
	return result
}

func gatherStep(step *course.Step, verdicts []check.Verdict) StepResult {
	result := StepResult{ID: step.ID, State: check.Pass}
	open := true
	for i, c := range step.Checks {
		if c.Gate && verdicts[i].State != check.Pass {
			open = false
		}
	}
	for i, c := range step.Checks {
		one := CheckResult{ID: c.ID, Max: c.Points, Gate: c.Gate, Verdict: verdicts[i]}
		if open && one.State == check.Pass {
			one.Points = c.Points
		}
		result.Points += one.Points
		result.Max += one.Max
		result.State = worse(result.State, one.State)
		result.Checks = append(result.Checks, one)
	}
	return result
}

func worse(a, b check.State) check.State {
	rank := map[check.State]int{check.Pass: 0, check.CannotTell: 1, check.Fail: 2}
	if rank[b] > rank[a] {
		return b
	}
	return a
}
