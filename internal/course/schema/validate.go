package schema

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxViolations bounds the work a hostile file can cause. An author who meets
// that many reads the first few.
const maxViolations = 100

// Violation is one place where a value breaks a schema, worded for authors.
type Violation struct {
	Path  []string // fields and indexes from the root
	What  string
	Fix   string
	Known []string // of an unknown field: those the schema knows, sorted
}

// Validate lists where value breaks the schema, at most 100 places, in the order
// of fields. A value is made of map[string]any, []any, string, int64, float64,
// bool and nil.
func (s *Schema) Validate(value any) []Violation {
	v := &validator{}
	v.value(s, value)
	return v.found
}

type validator struct {
	path  []string
	found []Violation
}

func (v *validator) report(what, fix string) {
	if len(v.found) < maxViolations {
		v.found = append(v.found, Violation{Path: slices.Clone(v.path), What: what, Fix: fix})
	}
}

// below judges the part of the value at name.
func (v *validator) below(name string, s *Schema, part any) {
	if s == nil {
		return
	}
	v.path = append(v.path, name)
	v.value(s, part)
	v.path = v.path[:len(v.path)-1]
}

func (v *validator) value(s *Schema, value any) {
	if s.target != nil {
		v.value(s.target, value)
	}
	if !isType(value, s.Type) {
		v.report("is of type "+typeOf(value), "write "+s.Type)
	}
	if s.Const != nil && key(value) != key(s.Const) {
		v.report(fmt.Sprintf("%v is not allowed", value), fmt.Sprintf("write %v", s.Const))
	}
	if s.Enum != nil && !slices.ContainsFunc(s.Enum, func(one any) bool { return key(one) == key(value) }) {
		v.report(fmt.Sprintf("%v is not allowed", value), "use one of: "+join(s.Enum))
	}
	switch value := value.(type) {
	case map[string]any:
		v.object(s, value)
	case []any:
		v.array(s, value)
	case string:
		v.text(s, value)
	case int64:
		v.number(s, float64(value))
	case float64:
		v.number(s, value)
	}
}

func (v *validator) object(s *Schema, object map[string]any) {
	v.count(len(object), "fields", s.MinProperties, s.MaxProperties)
	for _, name := range s.Required {
		if _, ok := object[name]; !ok {
			v.report(strconv.Quote(name)+" is missing", "add it")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if s.propertyNames != nil {
			v.below(name, s.propertyNames, name)
		}
		child, listed := s.properties[name]
		switch {
		case listed:
			v.below(name, child, object[name])
		case !s.closed:
			v.below(name, s.others, object[name])
		case len(v.found) < maxViolations:
			path := append(slices.Clone(v.path), name)
			v.found = append(v.found, Violation{Path: path, What: "is not known here", Fix: "remove it", Known: slices.Sorted(maps.Keys(s.properties))})
		}
	}
}

func (v *validator) array(s *Schema, items []any) {
	v.count(len(items), "items", s.MinItems, s.MaxItems)
	for i, item := range items {
		v.below(strconv.Itoa(i), s.items, item)
	}
	if s.UniqueItems {
		v.unique(items)
	}
}

// unique reports the first pair only: the others are seldom another mistake.
func (v *validator) unique(items []any) {
	seen := map[string]int{}
	for i, item := range items {
		if first, twice := seen[key(item)]; twice {
			v.report(fmt.Sprintf("items %d and %d are the same", first, i), "keep one of them")
			return
		}
		seen[key(item)] = i
	}
}

func (v *validator) text(s *Schema, text string) {
	v.count(utf8.RuneCountInString(text), "characters", s.MinLength, s.MaxLength)
	if s.pattern != nil && !s.pattern.MatchString(text) {
		v.report(fmt.Sprintf("%q has not the right form", text), "write what matches "+s.Pattern)
	}
}

func (v *validator) number(s *Schema, n float64) {
	if s.Minimum != nil && n < *s.Minimum {
		v.report(fmt.Sprintf("%v is too small", n), fmt.Sprintf("write at least %v", *s.Minimum))
	}
	if s.Maximum != nil && n > *s.Maximum {
		v.report(fmt.Sprintf("%v is too big", n), fmt.Sprintf("write at most %v", *s.Maximum))
	}
}

func (v *validator) count(n int, of string, least, most *int) {
	if least != nil && n < *least {
		v.report(fmt.Sprintf("has %d %s", n, of), fmt.Sprintf("write at least %d", *least))
	}
	if most != nil && n > *most {
		v.report(fmt.Sprintf("has %d %s", n, of), fmt.Sprintf("write at most %d", *most))
	}
}

func typeOf(value any) string {
	switch value.(type) {
	case map[string]any:
		return "object"
	case []any:
		return "array"
	case string:
		return "string"
	case bool:
		return "boolean"
	case nil:
		return "null"
	}
	return "number"
}

// isType says whether a value is of a type; 4.0 is an integer, as in JSON.
func isType(value any, name string) bool {
	if name != "integer" {
		return name == "" || typeOf(value) == name
	}
	n, isFloat := value.(float64)
	_, isInt := value.(int64)
	return isInt || isFloat && n == math.Trunc(n) && !math.IsInf(n, 0)
}

// key is the same for equal values only: 4 and 4.0 are equal, as in JSON.
func key(value any) string {
	data, err := json.Marshal(value)
	if err != nil { // infinite, or no number
		return fmt.Sprint(value)
	}
	return string(data)
}

func join(values []any) string {
	texts := make([]string, len(values))
	for i, value := range values {
		texts[i] = fmt.Sprint(value)
	}
	return strings.Join(texts, ", ")
}
