package check

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/ext"
	"github.com/google/cel-go/interpreter"
	"k8s.io/apiserver/pkg/cel/library"
)

// Bounds of one CEL evaluation. A course is untrusted: an expression that costs
// more is stopped and answers CannotTell.
const (
	maxCost       = 2_000_000 // of Kubernetes' cost units; a validating policy may use 10,000,000
	maxExpression = 4096      // bytes
	interruptStep = 200       // comprehension steps between looks at the context
)

// Compiler makes Checks of Specs. It is safe for concurrent use.
type Compiler struct {
	base *cel.Env
}

// NewCompiler prepares the CEL environment: the standard library, strings, sets
// and optional values, Kubernetes' lists, regex, url, quantity, ip, cidr, format
// and semver libraries, and the functions of functions.go.
func NewCompiler() (*Compiler, error) {
	options := []cel.EnvOption{
		cel.DefaultUTCTimeZone(true),
		cel.CrossTypeNumericComparisons(true),
		cel.OptionalTypes(),
		cel.EnableMacroCallTracking(),
		cel.ParserExpressionSizeLimit(maxExpression),
		ext.Strings(ext.StringsVersion(2)),
		ext.Sets(),
		library.Lists(), library.Regex(), library.URLs(), library.Quantity(),
		library.IP(), library.CIDR(), library.Format(), library.SemverLib(),
	}
	base, err := cel.NewEnv(append(options, functions()...)...)
	if err != nil {
		return nil, fmt.Errorf("preparing CEL: %w", err)
	}
	return &Compiler{base: base}, nil
}

// expression is one type-checked CEL expression. Planning it costs as much as
// checking it, and most rules are never evaluated, so that waits for the first
// evaluation; a type-checked expression fails to be planned only when labctl
// declares a function without its code.
type expression struct {
	env  *cel.Env
	ast  *cel.Ast
	fast func() (cel.Program, error)
	slow func() (cel.Program, error) // evaluates every branch, for explaining
}

func (c *Compiler) scope(binds map[string]Bind, more ...string) (*cel.Env, error) {
	var vars []cel.EnvOption
	for name := range binds {
		vars = append(vars, cel.Variable(name, cel.DynType))
	}
	for _, name := range more {
		vars = append(vars, cel.Variable(name, cel.DynType))
	}
	env, err := c.base.Extend(vars...)
	if err != nil {
		return nil, fmt.Errorf("declaring the binds: %w", err)
	}
	return env, nil
}

func compileCEL(env *cel.Env, source string) (*expression, error) {
	compiled, issues := env.Compile(source)
	if issues.Err() != nil {
		return nil, firstIssue(issues)
	}
	plan := func(options ...cel.ProgramOption) func() (cel.Program, error) {
		return sync.OnceValues(func() (cel.Program, error) {
			program, err := env.Program(compiled, append(limits(), options...)...)
			if err != nil {
				return nil, fmt.Errorf("planning %q: %w", source, err)
			}
			return program, nil
		})
	}
	return &expression{env: env, ast: compiled, fast: plan(), slow: plan(cel.EvalOptions(cel.OptExhaustiveEval))}, nil
}

func limits() []cel.ProgramOption {
	return []cel.ProgramOption{
		cel.CostTracking(&library.CostEstimator{}),
		cel.CostLimit(maxCost),
		cel.InterruptCheckFrequency(interruptStep),
	}
}

// firstIssue keeps the one line of CEL's report that names the mistake.
func firstIssue(issues *cel.Issues) error {
	found := issues.Errors()
	if len(found) == 0 {
		return issues.Err()
	}
	return fmt.Errorf("column %d: %s", found[0].Location.Column()+1, strings.ReplaceAll(found[0].Message, "\n", " "))
}

// eval evaluates; an error is either errStopped (ours) or a property of the
// objects, such as a missing field.
func (e *expression) eval(ctx context.Context, vars map[string]any) (ref.Val, error) {
	program, err := e.fast()
	if err != nil {
		return nil, err
	}
	value, _, err := program.ContextEval(ctx, vars)
	return value, stopped(err)
}

var errStopped = errors.New("the expression was stopped")

func stopped(err error) error {
	var cancelled interpreter.EvalCancelledError
	if errors.As(err, &cancelled) || (err != nil && strings.Contains(err.Error(), "cost limit exceeded")) {
		return fmt.Errorf("%w: %w", errStopped, err)
	}
	return err
}

// missing says whether err only tells that something is not there.
func missing(err error) bool {
	return err != nil && (strings.Contains(err.Error(), "no such key") ||
		strings.Contains(err.Error(), "index out of bounds") || strings.Contains(err.Error(), "no such attribute"))
}
