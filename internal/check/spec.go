package check

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	utiljson "k8s.io/apimachinery/pkg/util/json"
)

// Spec is one check as an author writes it: objects to bind, exactly one verb,
// points, time and rules that explain a failure.
type Spec struct {
	ID         string          `json:"id"`
	Title      string          `json:"title"`      // message key
	Points     int             `json:"points"`     // 0 to 100
	Gate       bool            `json:"gate"`       // must pass before the step's other checks are scored
	Bind       map[string]Bind `json:"bind"`       // CEL variable to object or list
	Eventually Duration        `json:"eventually"` // a one-shot check waits this long for a pass
	Holds      Duration        `json:"holds"`      // must be true for this long without a break
	Never      Duration        `json:"never"`      // must not be true at any moment of this time
	Explain    []Rule          `json:"explain"`    // the first rule that is true words the failure

	Verb string `json:"-"` // the one key that is none of the above
	Arg  any    `json:"-"` // that key's value: map[string]any, []any, string, int64, float64, bool
}

// Bind names the objects one CEL variable stands for. With Name and a single
// namespace the variable is that object, or {} while it does not exist; in any
// other case it is a list, sorted by namespace and name.
type Bind struct {
	Kind       string            `json:"kind"`
	APIVersion string            `json:"apiVersion"` // needed for kinds labctl does not know
	Name       string            `json:"name"`
	Namespace  string            `json:"namespace"` // "default" if empty; "*" is every namespace
	Labels     map[string]string `json:"labels"`
	Of         string            `json:"of"` // another bind: only what it owns, directly or through one object between
}

// Single says whether the variable is one object rather than a list.
func (b Bind) Single() bool { return b.Name != "" && b.Namespace != "*" && b.Of == "" }

// Rule words a failure: when the CEL expression When is true, the message Say is
// shown with With's CEL values as arguments. A rule whose expression meets a
// missing field is not true.
type Rule struct {
	When string            `json:"when"`
	Say  string            `json:"say"`
	With map[string]string `json:"with"`
}

// Duration is a time.Duration written as "5s" or "1m30s".
type Duration time.Duration

// UnmarshalJSON reads the text form; a duration must be above 0 and at most 10 minutes.
func (d *Duration) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return fmt.Errorf("duration is not a text: %w", err)
	}
	parsed, err := time.ParseDuration(text)
	if err != nil {
		return fmt.Errorf("duration %q: %w", text, err)
	}
	if parsed <= 0 || parsed > 10*time.Minute {
		return fmt.Errorf("duration %q is not between 0 and 10m", text)
	}
	*d = Duration(parsed)
	return nil
}

// CommonFields lists the keys of a check that are not verbs.
func CommonFields() []string {
	return []string{"id", "title", "points", "gate", "bind", "eventually", "holds", "never", "explain"}
}

// Fault is one mistake of an author. Path leads to the field from the check's
// own mapping; what and fix are English, for authors.
type Fault struct {
	Path []string
	What string
	Fix  string
}

func fault(path []string, fix, format string, args ...any) Fault {
	return Fault{Path: path, What: fmt.Sprintf(format, args...), Fix: fix}
}

// UnmarshalJSON reads the common fields and takes the one other key as the verb.
func (s *Spec) UnmarshalJSON(data []byte) error {
	type common Spec
	if err := json.Unmarshal(data, (*common)(s)); err != nil {
		return fmt.Errorf("reading the check: %w", err)
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(data, &all); err != nil {
		return fmt.Errorf("reading the check: %w", err)
	}
	for _, name := range CommonFields() {
		delete(all, name)
	}
	if len(all) != 1 {
		return fmt.Errorf("check %q has %d verbs, not exactly one of %s", s.ID, len(all), strings.Join(VerbNames(), ", "))
	}
	for name, raw := range all {
		arg, err := plainJSON(raw)
		if err != nil {
			return fmt.Errorf("check %q, %s: %w", s.ID, name, err)
		}
		s.Verb, s.Arg = name, arg
	}
	return nil
}

// plainJSON decodes whole numbers as int64, the way Kubernetes objects hold them.
func plainJSON(raw []byte) (any, error) {
	var wrapped map[string]any
	if err := utiljson.Unmarshal([]byte(`{"v":`+string(raw)+`}`), &wrapped); err != nil {
		return nil, fmt.Errorf("reading the value: %w", err)
	}
	return wrapped["v"], nil
}
