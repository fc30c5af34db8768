package check

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
)

// expectVerb is `expect: <CEL>`: true passes; false, or a field that is not
// there, fails and is explained.
type expectVerb struct{}

func (expectVerb) Name() string { return "expect" }

func (v expectVerb) Compile(scope Scope, arg any) (Runner, []Fault) {
	compiled, faults := scope.celArg(arg, v.Name())
	if len(faults) > 0 {
		return nil, faults
	}
	if t := compiled.ast.OutputType(); !t.IsExactType(cel.BoolType) && !t.IsExactType(cel.DynType) {
		return nil, []Fault{fault([]string{v.Name()}, "compare the value with what it should be", "is a %s, not true or false", t)}
	}
	return expectRun{compiled}, nil
}

type expectRun struct{ *expression }

func (r expectRun) Run(ctx context.Context, in Input) Verdict {
	value, err := r.eval(ctx, in.Vars)
	switch {
	case err == nil && value == types.True:
		return Verdict{State: Pass}
	case errors.Is(err, errStopped):
		return cannotTell(err)
	case err == nil && value != types.False:
		return cannotTell(fmt.Errorf("the expression is %v, not true or false", value.Value()))
	case err != nil && !missing(err):
		return cannotTell(fmt.Errorf("evaluating: %w", err))
	}
	return Verdict{State: Fail, Findings: r.explain(ctx, in.Vars)}
}
