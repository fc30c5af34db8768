package check

import (
	"context"

	"github.com/google/cel-go/cel"
)

// Verb is one way to assert. Adding one is a file, a line in Verbs, an entry in
// labs/schema/lesson.schema.json and tests for its three verdicts.
type Verb interface {
	// Name is the key an author writes.
	Name() string
	// Compile checks the argument and prepares the runner.
	Compile(scope Scope, arg any) (Runner, []Fault)
}

// Runner evaluates one check again and again; it keeps nothing between runs.
type Runner interface {
	Run(ctx context.Context, in Input) Verdict
}

// Scope is what a verb may use while it compiles.
type Scope struct {
	env   *cel.Env
	binds map[string]Bind
	Step  string
}

// Input is the world at the moment of one run.
type Input struct {
	Vars   map[string]any // the binds
	Dialer Dialer
	Answer *string // nil: not answered yet
}

// Verbs lists every verb.
func Verbs() []Verb {
	return []Verb{expectVerb{}, matchVerb{}, reachVerb{}, answerVerb{}}
}

// VerbNames lists the keys of Verbs.
func VerbNames() []string {
	var names []string
	for _, verb := range Verbs() {
		names = append(names, verb.Name())
	}
	return names
}

func lookupVerb(name string) (Verb, bool) {
	for _, verb := range Verbs() {
		if verb.Name() == name {
			return verb, true
		}
	}
	return nil, false
}

// celArg compiles a CEL source that stands at path.
func (s Scope) celArg(arg any, path ...string) (*expression, []Fault) {
	source, ok := arg.(string)
	if !ok {
		return nil, []Fault{fault(path, "write a CEL expression in quotes", "is not a text")}
	}
	compiled, err := compileCEL(s.env, source)
	if err != nil {
		return nil, []Fault{fault(path, "CEL sees only the names under `bind`, its own functions and Kubernetes' libraries", "CEL does not compile: %v", err)}
	}
	return compiled, nil
}
