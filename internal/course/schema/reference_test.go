package schema_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"go.yaml.in/yaml/v3"

	"github.com/labctl-dev/labctl/internal/course/schema"
	"github.com/labctl-dev/labctl/labs"
)

// pair is one schema in this package's hands and in those of a general
// validator, which stands for what an author's editor does.
type pair struct {
	ours   *schema.Schema
	theirs *jsonschema.Schema
}

func load(t testing.TB, name string) pair {
	t.Helper()
	data, err := fs.ReadFile(labs.Files(), "schema/"+name+".schema.json")
	if err != nil {
		t.Fatal(err)
	}
	ours, err := schema.Compile(data)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(name, doc); err != nil {
		t.Fatal(err)
	}
	theirs, err := compiler.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	return pair{ours, theirs}
}

// ours lists where we see a mistake.
func ours(s *schema.Schema, value any) []string {
	var places []string
	for _, v := range s.Validate(value) {
		places = append(places, strings.Join(v.Path, "/"))
	}
	slices.Sort(places)
	return slices.Compact(places)
}

// theirs lists where the general validator sees a mistake, and the misspelt
// names: it tells the place of those wrongly (v6.0.3 keeps the slice of the path
// and writes over it).
func theirs(s *jsonschema.Schema, value any) (places, names []string) {
	var walk func(*jsonschema.ValidationError)
	walk = func(e *jsonschema.ValidationError) {
		at := strings.Join(e.InstanceLocation, "/")
		switch k := e.ErrorKind.(type) {
		case *kind.AdditionalProperties:
			for _, name := range k.Properties {
				places = append(places, strings.TrimPrefix(at+"/"+name, "/"))
			}
			return
		case *kind.PropertyNames:
			names = append(names, k.Property)
			return
		}
		if len(e.Causes) == 0 {
			places = append(places, at)
		}
		for _, cause := range e.Causes {
			walk(cause)
		}
	}
	if invalid, ok := errors.AsType[*jsonschema.ValidationError](s.Validate(value)); ok {
		walk(invalid)
	}
	slices.Sort(places)
	return slices.Compact(places), names
}

func (p pair) hold(t *testing.T, what string, value any) {
	t.Helper()
	got := ours(p.ours, value)
	want, names := theirs(p.theirs, value)
	for _, name := range names {
		i := slices.IndexFunc(got, func(place string) bool { return place == name || strings.HasSuffix(place, "/"+name) })
		if i < 0 {
			t.Errorf("%s: the name %q is wrong, and we do not say so", what, name)
			continue
		}
		if !slices.Contains(want, got[i]) {
			want = append(want, got[i])
		}
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: the mistakes seen differ (-theirs +ours):\n%s", what, diff)
	}
}

// sample reads a YAML file of the course as plain values.
func sample(t testing.TB, file string) any {
	t.Helper()
	data, err := fs.ReadFile(labs.Files(), file)
	if err != nil {
		t.Fatal(err)
	}
	value, err := plain(data)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func plain(data []byte) (any, error) {
	var value any
	if err := yaml.Unmarshal(data, &value); err != nil {
		return nil, err
	}
	return integers(value)
}

// integers makes whole numbers int64, as the course reads them.
func integers(value any) (any, error) {
	var err error
	switch v := value.(type) {
	case map[string]any:
		for name := range v {
			if v[name], err = integers(v[name]); err != nil {
				return nil, err
			}
		}
	case []any:
		for i := range v {
			if v[i], err = integers(v[i]); err != nil {
				return nil, err
			}
		}
	case int:
		return int64(v), nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) { // the other validator does not survive it
			return nil, errors.New("no number")
		}
	case string, bool, int64, nil:
	default:
		return nil, fmt.Errorf("a %T is no plain value", value)
	}
	return value, nil
}

// mutants calls visit with value spoiled in every way at every place.
func mutants(value any, at string, set func(any), visit func(string)) {
	try := func(name string, other any) {
		set(other)
		visit(at + ": " + name)
		set(value)
	}
	for name, other := range map[string]any{
		"object": map[string]any{}, "odd object": map[string]any{"Odd Name": int64(1)}, "array": []any{}, "twice": []any{"a", "a"},
		"empty": "", "text": "some text", "upper": "UPPER", "long": strings.Repeat("가", 5000), "zero": int64(0), "negative": int64(-1),
		"big": int64(1 << 40), "whole": 4.0, "fraction": 0.5, "yes": true, "null": nil,
	} {
		try(name, other)
	}
	switch v := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			child := v[name]
			delete(v, name)
			visit(at + "/" + name + ": removed")
			mutants(child, at+"/"+name, func(other any) { v[name] = other }, visit)
			v[name] = child
		}
		v["surprise"] = "x"
		visit(at + ": one more field")
		delete(v, "surprise")
	case []any:
		try("many", slices.Repeat(v, 70))
		for i, child := range v {
			mutants(child, fmt.Sprintf("%s/%d", at, i), func(other any) { v[i] = other }, visit)
		}
	}
}

func TestOursAgreesWithAGeneralValidator(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{"course": "course.yaml", "lesson": "ch2/2.1-pod/lesson.yaml"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := load(t, name)
			value := sample(t, file)
			if got := p.ours.Validate(value); len(got) > 0 {
				t.Fatalf("the sample is valid, yet: %v", got)
			}
			p.hold(t, "sample", value)
			tried, invalid := 0, 0
			mutants(value, "", func(other any) { value = other }, func(what string) {
				tried++
				if len(ours(p.ours, value)) > 0 {
					invalid++
				}
				p.hold(t, what, value)
			})
			if tried < 300 || invalid < tried/2 {
				t.Errorf("only %d mutants were tried, %d of them invalid", tried, invalid)
			}
		})
	}
}

func FuzzAgainstAGeneralValidator(f *testing.F) {
	p := load(f, "lesson")
	seed, err := json.Marshal(sample(f, "ch2/2.1-pod/lesson.yaml"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Add([]byte("steps: [{id: a, checks: [{id: b, title: t, bind: {A: {kind: x}}, holds: 5, match: {}}]}]"))
	f.Add([]byte("needs: [1, 1.0, x]\nminutes: 1e3"))
	f.Fuzz(func(t *testing.T, data []byte) {
		value, err := plain(data)
		if err != nil {
			t.Skip("not a plain value")
		}
		if len(p.ours.Validate(value)) == 100 {
			return // cut off; the other one goes on
		}
		p.hold(t, string(data), value)
	})
}
