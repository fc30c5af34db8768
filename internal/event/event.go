// Package event owns the one stream of typed progress that every long-running
// verb of labctl emits. Text, JSON lines and the terminal UI are three faces of
// this stream. It must not format anything for people and must not do I/O:
// sinks live with the surfaces.
package event

import "time"

// State says how far the subject of an Event has come.
type State string

// The states an Event can report, in the order a subject goes through them.
const (
	Pending State = "pending"
	Running State = "running"
	Done    State = "done"
	Skipped State = "skipped" // nothing to do: it was done already
	Failed  State = "failed"
)

// Kind says what sort of thing an Event's Subject names.
type Kind string

// The kinds of subject.
const (
	Step      Kind = "step"      // one named step of a verb, in the verb's fixed order
	Component Kind = "component" // one process of a lab, such as "etcd"
	Node      Kind = "node"      // one node of a lab, such as "w1-k8s"
)

// Event is one fact about progress. The zero Time means "unknown".
type Event struct {
	Time    time.Time     `json:"time"`
	Verb    string        `json:"verb"`              // "up", "down", "destroy", …
	Kind    Kind          `json:"kind"`              // what Subject is
	Subject string        `json:"subject"`           // stable machine name, never translated
	State   State         `json:"state"`             // how far it is
	Detail  string        `json:"detail,omitempty"`  // one line for people, English, no newline
	Elapsed time.Duration `json:"elapsed,omitempty"` // nanoseconds since the subject began; 0 while pending
}

// Sink takes events. Emit must not block for long and must be safe for
// concurrent use.
type Sink interface {
	Emit(e Event)
}

// Func makes a Sink of a function.
type Func func(Event)

// Emit calls f.
func (f Func) Emit(e Event) { f(e) }

// Discard drops every event.
func Discard() Sink { return Func(func(Event) {}) }
