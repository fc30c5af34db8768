package check

import (
	"context"
	"maps"
	"slices"
)

// matchVerb is `match: {<bind>: <partial object>}`: every field given must be in
// the object. List elements are found by their merge key, never by position.
type matchVerb struct{}

func (matchVerb) Name() string { return "match" }

func (v matchVerb) Compile(scope Scope, arg any) (Runner, []Fault) {
	wanted, ok := arg.(map[string]any)
	if !ok || len(wanted) == 0 {
		return nil, []Fault{fault([]string{v.Name()}, "write `match: {pod: {spec: …}}`", "does not map binds to partial objects")}
	}
	var faults []Fault
	for name := range wanted {
		if _, known := scope.binds[name]; !known {
			faults = append(faults, fault([]string{v.Name(), name}, "use a name that stands under `bind`", "%q is not bound", name))
		}
	}
	return matchRun{wanted}, faults
}

type matchRun struct{ wanted map[string]any }

func (r matchRun) Run(_ context.Context, in Input) Verdict {
	var findings []Finding
	for _, name := range slices.Sorted(maps.Keys(r.wanted)) {
		value := in.Vars[name]
		items, isList := value.([]any)
		switch {
		case !isList:
			findings = append(findings, matchOne(name, r.wanted[name], value)...)
		case len(items) == 0:
			findings = append(findings, Finding{Path: name, Op: OpPresent, Absent: true})
		default:
			for i, item := range items {
				for _, finding := range diff(name, r.wanted[name], item) {
					finding.Element = elementName(item, i)
					findings = append(findings, finding)
				}
			}
		}
	}
	if len(findings) == 0 {
		return Verdict{State: Pass}
	}
	return Verdict{State: Fail, Findings: findings[:min(len(findings), maxFindings)]}
}

func matchOne(name string, want, value any) []Finding {
	if len(objectsIn(value)) == 0 {
		return []Finding{{Path: name, Op: OpPresent, Absent: true}}
	}
	return diff(name, want, value)
}
