package schema_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/labctl-dev/labctl/internal/course/schema"
)

func TestCompileRefusesWhatItDoesNotCheck(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ text, want string }{
		"keyword":        {`{"oneOf": []}`, `unknown field "oneOf"`},
		"inner keyword":  {`{"properties": {"a": {"format": "date"}}}`, `unknown field "format"`},
		"type":           {`{"type": "text"}`, `type "text" is not known`},
		"two types":      {`{"type": ["string", "null"]}`, "cannot unmarshal array"},
		"pattern":        {`{"pattern": "("}`, "missing closing )"},
		"reference":      {`{"$ref": "#/$defs/none"}`, `"#/$defs/none" leads nowhere`},
		"far reference":  {`{"$ref": "other.json"}`, `"other.json" leads nowhere`},
		"circle":         {`{"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}`, "leads to itself"},
		"nothing at all": {`{"items": false}`, "false is understood as additionalProperties only"},
		"no JSON":        {`{`, "reading the schema"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := schema.Compile([]byte(test.text)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Compile = %v, want %q", err, test.want)
			}
		})
	}
}

func TestValidateWordsEveryMistake(t *testing.T) {
	t.Parallel()
	object := func(name string, value any) any { return map[string]any{name: value} }
	const tree = `{"type": "object", "additionalProperties": false, "properties": {"tree": {"$ref": "#/$defs/tree"}},
	  "$defs": {"tree": {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}, "additionalProperties": {"$ref": "#/$defs/tree"}}}}`
	tests := map[string]struct {
		schema string
		value  any
		want   []schema.Violation
	}{
		"fine":       {tree, object("tree", map[string]any{"n": 4.0, "left": map[string]any{"n": int64(1)}}), nil},
		"type":       {`{"type": "integer"}`, "x", []schema.Violation{{What: "is of type string", Fix: "write integer"}}},
		"fraction":   {`{"type": "integer"}`, 1.5, []schema.Violation{{What: "is of type number", Fix: "write integer"}}},
		"unknown":    {tree, object("tee", nil), []schema.Violation{{Path: []string{"tee"}, What: "is not known here", Fix: "remove it", Known: []string{"tree"}}}},
		"deep":       {tree, object("tree", object("left", object("n", int64(1)))), []schema.Violation{{Path: []string{"tree"}, What: `"n" is missing`, Fix: "add it"}}},
		"const":      {`{"const": "a"}`, "b", []schema.Violation{{What: "b is not allowed", Fix: "write a"}}},
		"enum":       {`{"enum": ["a", "b"]}`, "c", []schema.Violation{{What: "c is not allowed", Fix: "use one of: a, b"}}},
		"few":        {`{"minItems": 2}`, []any{"a"}, []schema.Violation{{What: "has 1 items", Fix: "write at least 2"}}},
		"many":       {`{"maxProperties": 0}`, object("a", nil), []schema.Violation{{What: "has 1 fields", Fix: "write at most 0"}}},
		"characters": {`{"maxLength": 1}`, "가나", []schema.Violation{{What: "has 2 characters", Fix: "write at most 1"}}},
		"form":       {`{"pattern": "^a$"}`, "b", []schema.Violation{{What: `"b" has not the right form`, Fix: "write what matches ^a$"}}},
		"name":       {`{"propertyNames": {"pattern": "^a$"}}`, object("b", nil), []schema.Violation{{Path: []string{"b"}, What: `"b" has not the right form`, Fix: "write what matches ^a$"}}},
		"small":      {`{"minimum": 1}`, int64(0), []schema.Violation{{What: "0 is too small", Fix: "write at least 1"}}},
		"big":        {`{"maximum": 1}`, 1.5, []schema.Violation{{What: "1.5 is too big", Fix: "write at most 1"}}},
		"same":       {`{"uniqueItems": true}`, []any{int64(1), "x", 1.0}, []schema.Violation{{What: "items 0 and 2 are the same", Fix: "keep one of them"}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := schema.Compile([]byte(test.schema))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, s.Validate(test.value)); diff != "" {
				t.Errorf("violations (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAHostileFileIsCutOff(t *testing.T) {
	t.Parallel()
	s, err := schema.Compile([]byte(`{"items": {"type": "string"}}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Validate(make([]any, 5000)); len(got) != 100 {
		t.Errorf("%d violations are reported, want 100", len(got))
	}
}
