package check

import "github.com/labctl-dev/labctl/internal/i18n"

// State is the answer of a check. CannotTell is never held against the learner.
type State string

// The three answers.
const (
	Pass       State = "pass"
	Fail       State = "fail"
	CannotTell State = "cannot-tell"
)

// Message is the sentence that goes with a verdict. Text is empty for a key of
// the course, whose words stand in its message files.
type Message struct {
	Key  string            `json:"key"`
	Args map[string]string `json:"args,omitempty"`
	Text i18n.Text         `json:"-"`
}

// Op says how Expected and Seen of a Finding relate.
type Op string

// The relations. Operators of CEL stand for themselves.
const (
	OpTrue     Op = "true"     // Path should be true
	OpFalse    Op = "false"    // Path should be false
	OpPresent  Op = "present"  // Path should exist
	OpContains Op = "contains" // Path should contain Expected
	OpIn       Op = "in"       // Path should be one of Expected
	OpEqual    Op = "=="
)

// Finding is one reason for a failure: what was looked at, what should be
// there, what is there and in which element of a list.
type Finding struct {
	Path     string `json:"path"`
	Op       Op     `json:"op"`
	Expected string `json:"expected,omitempty"`
	Seen     string `json:"seen,omitempty"`
	Absent   bool   `json:"absent,omitempty"`  // there is nothing at Path
	Element  string `json:"element,omitempty"` // name of the list element
	AnyOf    bool   `json:"anyOf,omitempty"`   // one of several ways, any of which would do
}

// Object names one object a verdict rests on.
type Object struct {
	Kind            string `json:"kind"`
	Namespace       string `json:"namespace,omitempty"`
	Name            string `json:"name"`
	ResourceVersion string `json:"resourceVersion,omitempty"`
}

// Verdict is the outcome of one evaluation.
type Verdict struct {
	State    State     `json:"state"`
	Message  *Message  `json:"message,omitempty"`
	Findings []Finding `json:"findings,omitempty"`
	Objects  []Object  `json:"objects,omitempty"`
	Err      error     `json:"-"` // why it cannot be told
}

func cannotTell(err error) Verdict {
	return Verdict{State: CannotTell, Err: err, Message: say("builtin.cannot_tell", "detail", err.Error())}
}

// Looking is the verdict of a check whose first evaluation has not ended yet.
func Looking() Verdict {
	return Verdict{State: CannotTell, Message: say("builtin.looking")}
}
