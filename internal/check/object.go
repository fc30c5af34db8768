package check

import (
	"cmp"
	"slices"
)

// dig walks nested maps; nil when a step is missing.
func dig(value any, path ...string) any {
	for _, key := range path {
		m, ok := value.(map[string]any)
		if !ok {
			return nil
		}
		value = m[key]
	}
	return value
}

func text(value any, path ...string) string {
	s, _ := dig(value, path...).(string)
	return s
}

func list(value any, path ...string) []any {
	l, _ := dig(value, path...).([]any)
	return l
}

func number(value any, path ...string) (int64, bool) {
	switch n := dig(value, path...).(type) {
	case int64:
		return n, true
	case int:
		return int64(n), true
	case float64:
		return int64(n), true
	}
	return 0, false
}

func nameOf(object any) string { return text(object, "metadata", "name") }

func identity(object map[string]any) Object {
	return Object{
		Kind: text(object, "kind"), Namespace: text(object, "metadata", "namespace"), Name: nameOf(object),
		ResourceVersion: text(object, "metadata", "resourceVersion"),
	}
}

func hasLabels(object map[string]any, want map[string]string) bool {
	for key, value := range want {
		if text(object, "metadata", "labels", key) != value {
			return false
		}
	}
	return true
}

func ownedBy(object map[string]any, owners map[string]bool) bool {
	return slices.ContainsFunc(list(object, "metadata", "ownerReferences"), func(ref any) bool {
		return owners[text(ref, "uid")]
	})
}

func sortObjects(objects []map[string]any) {
	slices.SortFunc(objects, func(a, b map[string]any) int {
		return cmp.Or(
			cmp.Compare(text(a, "metadata", "namespace"), text(b, "metadata", "namespace")),
			cmp.Compare(nameOf(a), nameOf(b)))
	})
}
