package check

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
)

// mergeKeys name list elements in Kubernetes objects, the most telling first.
func mergeKeys() []string {
	return []string{"name", "containerPort", "port", "type", "key", "mountPath", "ip", "uid", "topologyKey"}
}

// diff lists where got lacks what want has.
func diff(path string, want, got any) []Finding {
	switch w := want.(type) {
	case map[string]any:
		return diffMap(path, w, got)
	case []any:
		return diffList(path, w, got)
	}
	switch {
	case got == nil && want != nil:
		return []Finding{{Path: path, Op: OpEqual, Expected: showAny(want), Absent: true}}
	case sameScalar(path, want, got):
		return nil
	}
	return []Finding{{Path: path, Op: OpEqual, Expected: showAny(want), Seen: clip(showAny(got))}}
}

func diffMap(path string, want map[string]any, got any) []Finding {
	have, ok := got.(map[string]any)
	if !ok && got != nil {
		return []Finding{{Path: path, Op: OpEqual, Expected: clip(showAny(want)), Seen: clip(showAny(got))}}
	}
	var findings []Finding
	for _, key := range slices.Sorted(maps.Keys(want)) {
		findings = append(findings, diff(path+"."+key, want[key], have[key])...)
	}
	return findings
}

func diffList(path string, want []any, got any) []Finding {
	have, ok := got.([]any)
	if !ok && got != nil {
		return []Finding{{Path: path, Op: OpContains, Expected: clip(showAny(want)), Seen: clip(showAny(got))}}
	}
	var findings []Finding
	for _, item := range want {
		findings = append(findings, diffItem(path, item, have)...)
	}
	return findings
}

func diffItem(path string, want any, have []any) []Finding {
	key, value := mergeKey(want)
	if key == "" {
		if slices.ContainsFunc(have, func(item any) bool { return len(diff(path, want, item)) == 0 }) {
			return nil
		}
		return []Finding{{Path: path, Op: OpContains, Expected: clip(showAny(want)), Seen: clip(showAny(have)), Absent: len(have) == 0}}
	}
	where := fmt.Sprintf("%s[%s=%v]", path, key, value)
	for _, item := range have {
		if sameScalar(key, value, dig(item, key)) {
			return diff(where, want, item)
		}
	}
	return []Finding{{Path: where, Op: OpPresent, Absent: true, Seen: keysOf(have, key)}}
}

func mergeKey(item any) (string, any) {
	m, ok := item.(map[string]any)
	if !ok {
		return "", nil
	}
	for _, key := range mergeKeys() {
		if value, ok := m[key]; ok {
			return key, value
		}
	}
	return "", nil
}

func keysOf(items []any, key string) string {
	var names []string
	for _, item := range items {
		names = append(names, fmt.Sprint(dig(item, key)))
	}
	return strings.Join(names, ", ")
}

// sameScalar compares as Kubernetes means it: images by what they refer to,
// resources by quantity, numbers by value.
func sameScalar(path string, want, got any) bool {
	if isQuantity(path) && sameQuantity(fmt.Sprint(want), fmt.Sprint(got)) {
		return true
	}
	if w, ok := number(want); ok {
		g, ok := number(got)
		return ok && w == g && fmt.Sprint(want) == fmt.Sprint(got)
	}
	w, wantText := want.(string)
	g, gotText := got.(string)
	if wantText && gotText && strings.HasSuffix(path, ".image") {
		return maps.Equal(image(w), image(g))
	}
	return want == got
}

func isQuantity(path string) bool {
	return strings.Contains(path, ".limits.") || strings.Contains(path, ".requests.") || strings.Contains(path, ".capacity.")
}

func sameQuantity(a, b string) bool {
	x, errX := resource.ParseQuantity(a)
	y, errY := resource.ParseQuantity(b)
	return errX == nil && errY == nil && x.Cmp(y) == 0
}
