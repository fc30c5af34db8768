package progress

// Tally is what a record says about one lesson.
type Tally struct {
	Attempts  int
	Passed    map[string]int    // "step/check" to the points it gave
	Hints     map[string]int    // step to how many hints are open
	HintCost  map[string]int    // step to the points its hints cost
	Solutions map[string]int    // step to the points its solution cost
	Answers   map[string]string // step to the last answer
}

// Lesson sums up the entries of one lesson.
func (h History) Lesson(id string) Tally {
	t := Tally{Passed: map[string]int{}, Hints: map[string]int{}, HintCost: map[string]int{}, Solutions: map[string]int{}, Answers: map[string]string{}}
	for _, e := range h.Entries {
		if e.Lesson != id {
			continue
		}
		t.add(e)
	}
	return t
}

func (t *Tally) add(e Entry) {
	switch e.Kind {
	case Attempt:
		t.Attempts++
	case Passed:
		if _, twice := t.Passed[e.Step+"/"+e.Check]; !twice {
			t.Passed[e.Step+"/"+e.Check] = e.Points
		}
	case Hint:
		if e.Index >= t.Hints[e.Step] { // a hint opened by two processes at once is paid once
			t.Hints[e.Step] = e.Index + 1
			t.HintCost[e.Step] += e.Points
		}
	case Solution:
		if _, twice := t.Solutions[e.Step]; !twice {
			t.Solutions[e.Step] = e.Points
		}
	case Answered:
		t.Answers[e.Step] = e.Value
	}
}

// Answer gives the last answer of a step.
func (t Tally) Answer(step string) (string, bool) {
	value, ok := t.Answers[step]
	return value, ok
}
