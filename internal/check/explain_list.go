package check

import (
	"fmt"
	"maps"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// elements explains list.all(v, condition), list.exists(v, condition) and
// exists_one by evaluating the condition again for each element; false when the
// node is something else.
func (x *explainer) elements(node ast.Expr) bool {
	macro, ok := x.info.GetMacroCall(node.ID())
	if !ok || macro.Kind() != ast.CallKind || len(macro.AsCall().Args()) != 2 {
		return false
	}
	call := macro.AsCall()
	name := call.FunctionName()
	if name != operators.All && name != operators.Exists && name != operators.ExistsOne {
		return false
	}
	if !call.IsMemberFunction() || call.Args()[0].Kind() != ast.IdentKind {
		return false
	}
	items, ok := x.items(call.Target())
	if !ok {
		return false
	}
	if len(items) == 0 {
		x.findings = append(x.findings, Finding{Path: x.source(call.Target()), Op: OpPresent, Absent: true, AnyOf: x.anyOf, Element: x.element})
		return true
	}
	return x.each(call.Args()[0].AsIdent(), call.Args()[1], items, name != operators.All)
}

func (x *explainer) items(target ast.Expr) ([]any, bool) {
	// The target inside a macro call keeps the ids of the expanded expression.
	value, ok := x.state.Value(target.ID())
	if !ok {
		return nil, false
	}
	lister, ok := value.(traits.Lister)
	if !ok {
		return nil, false
	}
	var items []any
	for it := lister.Iterator(); it.HasNext() == types.True; {
		items = append(items, native(it.Next()))
	}
	return items, true
}

func (x *explainer) each(variable string, condition ast.Expr, items []any, anyOf bool) bool {
	env, err := x.e.env.Extend(cel.Variable(variable, cel.DynType))
	if err != nil {
		return false
	}
	part, err := compileCEL(env, x.source(condition))
	if err != nil {
		return false
	}
	before := len(x.findings)
	for i, item := range items {
		vars := maps.Clone(x.vars)
		vars[variable] = item
		value, err := part.eval(x.ctx, vars)
		if err == nil && value == types.True {
			continue
		}
		for _, finding := range part.explain(x.ctx, vars) {
			finding.AnyOf = finding.AnyOf || anyOf || x.anyOf
			if finding.Element == "" {
				finding.Element = elementName(item, i)
			}
			x.findings = append(x.findings, finding)
		}
	}
	return len(x.findings) > before
}

// elementName says which element of a list is meant, as a learner would name it.
func elementName(item any, index int) string {
	if name := nameOf(item); name != "" {
		return name
	}
	for _, key := range []string{"name", "type", "key"} {
		if name := text(item, key); name != "" {
			return name
		}
	}
	switch item.(type) {
	case string, int64, bool, float64:
		return fmt.Sprint(item)
	}
	return fmt.Sprintf("#%d", index+1)
}

// render words a value in at most 120 characters.
func render(value ref.Val) string {
	if s, ok := value.Value().(string); ok {
		return clip(fmt.Sprintf("%q", s))
	}
	native := native(value)
	if m, ok := native.(map[string]any); ok && nameOf(m) != "" {
		return text(m, "kind") + "/" + nameOf(m)
	}
	return clip(showAny(native))
}
