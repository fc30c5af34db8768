package check

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/cel-go/common/types"
)

// Check is a compiled Spec. It is safe for concurrent use.
type Check struct {
	Spec
	step   string
	binder *binder
	runner Runner
	rules  []rule
}

type rule struct {
	Rule
	when *expression
	with map[string]*expression
}

// Compile prepares spec, a check of the named step. It returns every mistake in
// it; with any, the Check is nil.
func (c *Compiler) Compile(spec Spec, step string) (*Check, []Fault) {
	binder, faults := newBinder(spec.Bind)
	verb, ok := lookupVerb(spec.Verb)
	if !ok {
		return nil, append(faults, fault([]string{spec.Verb}, "use one of: "+strings.Join(VerbNames(), ", "), "%q is not a verb", spec.Verb))
	}
	env, err := c.scope(spec.Bind)
	if err != nil {
		return nil, append(faults, fault([]string{"bind"}, "name a bind with letters, digits and _", "%v", err))
	}
	runner, more := verb.Compile(Scope{env: env, binds: spec.Bind, Step: step}, spec.Arg)
	faults = append(faults, more...)
	rules, more := c.rules(spec)
	faults = append(faults, more...)
	faults = append(faults, timing(spec)...)
	if len(faults) > 0 {
		return nil, faults
	}
	return &Check{Spec: spec, step: step, binder: binder, runner: runner, rules: rules}, nil
}

func timing(spec Spec) []Fault {
	set := 0
	for _, d := range []Duration{spec.Eventually, spec.Holds, spec.Never} {
		if d > 0 {
			set++
		}
	}
	if spec.Never > 0 && set > 1 {
		return []Fault{fault([]string{"never"}, "keep only `never`", "cannot go together with eventually or holds")}
	}
	return nil
}

func (c *Compiler) rules(spec Spec) ([]rule, []Fault) {
	env, err := c.scope(spec.Bind, "answer")
	if err != nil {
		return nil, []Fault{fault([]string{"bind"}, "`answer` is the learner's answer and cannot be bound", "%v", err)}
	}
	scope := Scope{env: env, binds: spec.Bind}
	var rules []rule
	var faults []Fault
	for i, r := range spec.Explain {
		at := []string{"explain", fmt.Sprint(i)}
		when, more := scope.celArg(r.When, append(slices.Clone(at), "when")...)
		faults = append(faults, more...)
		with := map[string]*expression{}
		for _, name := range slices.Sorted(maps.Keys(r.With)) {
			with[name], more = scope.celArg(r.With[name], append(slices.Clone(at), "with", name)...)
			faults = append(faults, more...)
		}
		rules = append(rules, rule{Rule: r, when: when, with: with})
	}
	return rules, faults
}

// Refs lists what an evaluation reads from the cluster.
func (c *Check) Refs() []Ref { return c.binder.refs() }

// Evaluate looks at the world once. Time (eventually, holds, never) is not its
// business: see Timer.
func (c *Check) Evaluate(ctx context.Context, world World) Verdict {
	vars, err := c.binder.read(ctx, world.Objects)
	if err != nil {
		return cannotTell(err)
	}
	in := Input{Vars: vars, Dialer: world.Dialer}
	if world.Answers != nil {
		if given, ok := world.Answers.Answer(c.step); ok {
			in.Answer = &given
		}
	}
	verdict := c.runner.Run(ctx, in)
	for _, name := range c.binder.names {
		for _, object := range objectsIn(vars[name]) {
			if len(verdict.Objects) < maxFindings {
				verdict.Objects = append(verdict.Objects, identity(object))
			}
		}
	}
	if verdict.State == Fail {
		verdict.Message = c.word(ctx, world, in, verdict.Message)
	}
	return verdict
}

// word finds the sentence for a failure: the author's rules, what the verb says
// when there is something to look at, a missing object, the doctor, and last a
// plain "not yet" that the findings complete.
func (c *Check) word(ctx context.Context, world World, in Input, said *Message) *Message {
	if m := c.firstRule(ctx, in); m != nil {
		return m
	}
	if said != nil && strings.HasPrefix(said.Key, "builtin.answer") {
		return said
	}
	if m := c.absent(in.Vars); m != nil {
		return m
	}
	for _, name := range c.binder.names {
		for _, object := range objectsIn(in.Vars[name]) {
			if m := diagnose(ctx, world.Objects, object); m != nil {
				return m
			}
		}
	}
	if said != nil {
		return said
	}
	return say("builtin.not_yet")
}

func (c *Check) absent(vars map[string]any) *Message {
	for _, name := range c.binder.names {
		if len(objectsIn(vars[name])) > 0 {
			continue
		}
		bind := c.binder.binds[name]
		if !bind.Single() {
			continue // an empty list may be what the check wants; the findings say more
		}
		return say("builtin.absent", "kind", bind.Kind, "name", bind.Name, "namespace", c.binder.kinds[name].ref(bind.Namespace).Namespace)
	}
	return nil
}

func (c *Check) firstRule(ctx context.Context, in Input) *Message {
	vars := maps.Clone(in.Vars)
	vars["answer"] = ""
	if in.Answer != nil {
		vars["answer"] = *in.Answer
	}
	for _, r := range c.rules {
		if value, err := r.when.eval(ctx, vars); err != nil || value != types.True {
			continue
		}
		message := &Message{Key: r.Say, Args: map[string]string{}}
		for name, source := range r.with {
			if value, err := source.eval(ctx, vars); err == nil {
				message.Args[name] = plain(native(value))
			} else {
				message.Args[name] = "?"
			}
		}
		return message
	}
	return nil
}

// plain words a value for a sentence: no quotes around texts.
func plain(value any) string {
	if s, ok := value.(string); ok {
		return clip(s)
	}
	return clip(showAny(value))
}
