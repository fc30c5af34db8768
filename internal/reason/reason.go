// Package reason owns every failure a learner can meet: a stable identifier,
// what happened, what to do about it and the exit code, in every language. It
// must not print and must not decide: whoever meets a failure names its reason,
// the surface words it.
package reason

import (
	"errors"
	"maps"

	"github.com/labctl-dev/labctl/internal/i18n"
)

// ID is the stable name of a reason, in upper-case words joined by '_'.
type ID string

// Reason is one entry of the catalogue. What and Fix may hold {name}
// placeholders, filled from an Error's Args.
type Reason struct {
	ID   ID
	Exit Exit
	What i18n.Text
	Fix  i18n.Text
}

// Error is a failure with a known reason.
type Error struct {
	Reason Reason
	Args   map[string]string // fills the placeholders of What and Fix
	Err    error             // the technical cause; may be nil
}

// New returns an Error for id. args come in pairs, name then value. An
// identifier that is not in the catalogue becomes Internal, which a test of
// this package makes impossible for identifiers declared here.
func New(id ID, err error, args ...string) *Error {
	entry, ok := Lookup(id)
	if !ok {
		entry, _ = Lookup(Internal)
	}
	filled := map[string]string{}
	for i := 0; i+1 < len(args); i += 2 {
		filled[args[i]] = args[i+1]
	}
	return &Error{Reason: entry, Args: filled, Err: err}
}

// Error says the reason in English with its cause, for logs and for wrapping.
func (e *Error) Error() string {
	text := i18n.Fill(e.Reason.What.EN, e.Args)
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the technical cause.
func (e *Error) Unwrap() error { return e.Err }

// What says what happened, in l.
func (e *Error) What(l i18n.Lang) string { return i18n.Fill(e.Reason.What.In(l), e.Args) }

// Fix says what to do, in l.
func (e *Error) Fix(l i18n.Lang) string { return i18n.Fill(e.Reason.Fix.In(l), e.Args) }

// With returns a copy of e with one more argument.
func (e *Error) With(name, value string) *Error {
	clone := *e
	clone.Args = maps.Clone(e.Args)
	if clone.Args == nil {
		clone.Args = map[string]string{}
	}
	clone.Args[name] = value
	return &clone
}

// Of returns the first Error in err's chain, or an Internal one around err.
func Of(err error) *Error {
	if known, ok := errors.AsType[*Error](err); ok {
		return known
	}
	return New(Internal, err)
}
