package check

import "time"

// Timer adds time to the verdicts of one check. It never reads a clock: the
// caller gives the moment of each evaluation. The zero value is ready; it is not
// safe for concurrent use.
type Timer struct {
	began   time.Time // first observation
	since   time.Time // start of the unbroken run of passes
	settled *Verdict  // of a `never`, once decided
}

// Observe takes the verdict of one evaluation at now and returns the verdict to
// show and how long until it can change by time alone; 0 means only a change in
// the world can change it.
func (t *Timer) Observe(spec Spec, verdict Verdict, now time.Time) (Verdict, time.Duration) {
	if t.began.IsZero() {
		t.began = now
	}
	switch {
	case spec.Never > 0:
		return t.never(time.Duration(spec.Never), verdict, now)
	case spec.Holds > 0:
		return t.holds(time.Duration(spec.Holds), verdict, now)
	}
	return verdict, 0
}

func (t *Timer) never(want time.Duration, verdict Verdict, now time.Time) (Verdict, time.Duration) {
	if t.settled != nil {
		return *t.settled, 0
	}
	left := want - now.Sub(t.began)
	switch {
	case verdict.State == CannotTell:
		return verdict, max(left, 0)
	case verdict.State == Pass: // the forbidden thing is true
		verdict.State, verdict.Message = Fail, say("builtin.happened")
	case left > 0:
		return Verdict{State: CannotTell, Message: say("builtin.watching", "want", want.String()), Objects: verdict.Objects}, left
	default:
		verdict = Verdict{State: Pass, Objects: verdict.Objects}
	}
	t.settled = &verdict
	return verdict, 0
}

func (t *Timer) holds(want time.Duration, verdict Verdict, now time.Time) (Verdict, time.Duration) {
	if verdict.State != Pass {
		t.since = time.Time{}
		return verdict, 0
	}
	if t.since.IsZero() {
		t.since = now
	}
	if left := want - now.Sub(t.since); left > 0 {
		return Verdict{State: CannotTell, Message: say("builtin.holding", "want", want.String()), Objects: verdict.Objects}, left
	}
	return verdict, 0
}

// Patience is how long a one-shot check waits at most for the verdict to
// settle, counted from its first evaluation.
func Patience(spec Spec) time.Duration {
	return time.Duration(spec.Eventually + spec.Holds + spec.Never)
}
