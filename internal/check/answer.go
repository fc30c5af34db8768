package check

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/google/cel-go/common/types/traits"
)

// answerVerb is `answer: {equals: <CEL>, normalise: [trim, …]}`: what the learner
// typed equals the live value, or one element of it when it is a list. A failure
// never shows the right answer.
type answerVerb struct{}

type answerSpec struct {
	Equals    string   `json:"equals"`
	Normalise []string `json:"normalise"`
}

func (answerVerb) Name() string { return "answer" }

func normalisers() map[string]func(string) string {
	return map[string]func(string) string{
		"trim":   func(s string) string { return strings.Trim(strings.TrimSpace(s), "\"'`") },
		"lower":  strings.ToLower,
		"spaces": func(s string) string { return strings.Join(strings.Fields(s), " ") },
		"ip":     normaliseIP,
		"name":   func(s string) string { return s[strings.LastIndex(s, "/")+1:] },
	}
}

// normaliseIP takes the address out of a URL or of host:port.
func normaliseIP(s string) string {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "http://"), "https://")
	s, _, _ = strings.Cut(s, "/")
	if withPort, err := netip.ParseAddrPort(s); err == nil {
		return withPort.Addr().String()
	}
	if addr, err := netip.ParseAddr(s); err == nil {
		return addr.String()
	}
	return s
}

func (v answerVerb) Compile(scope Scope, arg any) (Runner, []Fault) {
	var spec answerSpec
	if err := decode(arg, &spec); err != nil {
		return nil, []Fault{fault([]string{v.Name()}, "write `answer: {equals: …}`", "%v", err)}
	}
	run := answerRun{}
	names := append([]string{"trim"}, spec.Normalise...)
	for i, name := range names {
		step, ok := normalisers()[name]
		if !ok {
			return nil, []Fault{fault([]string{v.Name(), "normalise", fmt.Sprint(i - 1)}, "use trim, lower, spaces, ip or name", "%q is not a way to normalise", name)}
		}
		run.steps = append(run.steps, step)
	}
	equals, faults := scope.celArg(spec.Equals, v.Name(), "equals")
	run.equals = equals
	return run, faults
}

type answerRun struct {
	equals *expression
	steps  []func(string) string
}

func (r answerRun) normalise(s string) string {
	for _, step := range r.steps {
		s = step(s)
	}
	return s
}

func (r answerRun) Run(ctx context.Context, in Input) Verdict {
	if in.Answer == nil {
		return Verdict{State: Fail, Message: say("builtin.answer_none")}
	}
	value, err := r.equals.eval(ctx, in.Vars)
	if err != nil {
		if missing(err) {
			return Verdict{State: Fail, Message: say("builtin.answer_early")}
		}
		return cannotTell(err)
	}
	var right []string
	if lister, ok := value.(traits.Lister); ok {
		for it := lister.Iterator(); it.HasNext().Value() == true; {
			right = append(right, fmt.Sprint(native(it.Next())))
		}
	} else {
		right = []string{fmt.Sprint(native(value))}
	}
	right = slices.DeleteFunc(right, func(s string) bool { return s == "" })
	if len(right) == 0 {
		return Verdict{State: Fail, Message: say("builtin.answer_early")}
	}
	given := r.normalise(*in.Answer)
	if slices.ContainsFunc(right, func(s string) bool { return r.normalise(s) == given }) {
		return Verdict{State: Pass}
	}
	return Verdict{State: Fail, Message: say("builtin.answer_wrong", "given", clip(*in.Answer))}
}
