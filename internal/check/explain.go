package check

import (
	"context"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/interpreter"
)

// maxFindings bounds how much is said about one failure.
const maxFindings = 5

// explainer turns the evaluation state of a failed expression into findings.
type explainer struct {
	ctx      context.Context //nolint:containedctx // of one explanation only
	e        *expression
	vars     map[string]any
	state    interpreter.EvalState
	info     *ast.SourceInfo
	findings []Finding
	anyOf    bool
	element  string
}

// explain says which parts of e are not as they should be.
func (e *expression) explain(ctx context.Context, vars map[string]any) []Finding {
	program, err := e.slow()
	if err != nil {
		return nil
	}
	_, details, _ := program.ContextEval(ctx, vars)
	if details == nil || details.State() == nil {
		return nil
	}
	x := &explainer{ctx: ctx, e: e, vars: vars, state: details.State(), info: e.ast.NativeRep().SourceInfo()}
	x.walk(e.ast.NativeRep().Expr())
	if len(x.findings) > maxFindings {
		return x.findings[:maxFindings]
	}
	return x.findings
}

func (x *explainer) walk(node ast.Expr) {
	if value, ok := x.state.Value(node.ID()); ok && value == types.True {
		return
	}
	switch node.Kind() {
	case ast.CallKind:
		x.call(node, node.AsCall())
	case ast.ComprehensionKind:
		if !x.elements(node) {
			x.report(node, Finding{Op: OpTrue})
		}
	default:
		x.report(node, Finding{Op: OpTrue})
	}
}

func (x *explainer) call(node ast.Expr, call ast.CallExpr) {
	args := call.Args()
	switch call.FunctionName() {
	case operators.LogicalAnd:
		x.walk(args[0])
		x.walk(args[1])
	case operators.LogicalOr:
		before := x.anyOf
		x.anyOf = true
		x.walk(args[0])
		x.walk(args[1])
		x.anyOf = before
	case operators.LogicalNot:
		x.report(args[0], Finding{Op: OpFalse})
	case operators.Conditional:
		x.branch(args)
	case operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals,
		operators.Greater, operators.GreaterEquals, operators.In:
		x.compare(call.FunctionName(), args[0], args[1])
	case "found":
		x.report(args[0], Finding{Op: OpPresent})
	default:
		x.report(node, Finding{Op: OpTrue})
	}
}

func (x *explainer) branch(args []ast.Expr) {
	switch condition, _ := x.state.Value(args[0].ID()); condition {
	case types.True:
		x.walk(args[1])
	case types.False:
		x.walk(args[2])
	default:
		x.report(args[0], Finding{Op: OpTrue})
	}
}

// compare puts the side that is written down as expected, the other as seen.
func (x *explainer) compare(function string, left, right ast.Expr) {
	op, _ := operators.FindReverse(function)
	if function != operators.In && isFixed(left) && !isFixed(right) {
		left, right = right, left
		op = mirrored(op)
	}
	x.report(left, Finding{Op: Op(op), Expected: x.show(right)})
}

func mirrored(op string) string {
	switch op {
	case "<":
		return ">"
	case "<=":
		return ">="
	case ">":
		return "<"
	case ">=":
		return "<="
	}
	return op
}

// isFixed says whether a node does not depend on any object.
func isFixed(node ast.Expr) bool {
	switch node.Kind() {
	case ast.LiteralKind:
		return true
	case ast.ListKind:
		return allFixed(node.AsList().Elements())
	case ast.CallKind:
		call := node.AsCall()
		return (!call.IsMemberFunction() || isFixed(call.Target())) && allFixed(call.Args())
	default:
		return false
	}
}

func allFixed(nodes []ast.Expr) bool {
	for _, node := range nodes {
		if !isFixed(node) {
			return false
		}
	}
	return true
}

func (x *explainer) report(node ast.Expr, finding Finding) {
	finding.Path, finding.AnyOf, finding.Element = x.source(node), x.anyOf, x.element
	value, ok := x.state.Value(node.ID())
	switch {
	case node.Kind() == ast.LiteralKind:
		finding.Seen = render(node.AsLiteral())
	case !ok || types.IsUnknownOrError(value) || isEmptyObject(node, value):
		finding.Absent = true
	default:
		finding.Seen = render(value)
	}
	x.findings = append(x.findings, finding)
}

func (x *explainer) show(node ast.Expr) string {
	if node.Kind() == ast.LiteralKind {
		return render(node.AsLiteral())
	}
	value, ok := x.state.Value(node.ID())
	if !ok || types.IsUnknownOrError(value) {
		return x.source(node)
	}
	return render(value)
}

func (x *explainer) source(node ast.Expr) string {
	text, err := cel.ExprToString(node, x.info)
	if err != nil {
		return "?"
	}
	return text
}

// isEmptyObject recognises the {} that stands for an object that does not exist.
func isEmptyObject(node ast.Expr, value ref.Val) bool {
	m, ok := native(value).(map[string]any)
	return ok && len(m) == 0 && node.Kind() == ast.IdentKind
}
