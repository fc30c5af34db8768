package course

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/labctl-dev/labctl/labs"
)

// schemas holds the compiled JSON Schemas, which editors use as well.
type schemas struct {
	course, lesson *jsonschema.Schema
}

func loadSchemas() (*schemas, error) {
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	var compiled [2]*jsonschema.Schema
	for i, name := range []string{"schema/course.schema.json", "schema/lesson.schema.json"} {
		data, err := fs.ReadFile(labs.Files(), name)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", name, err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", name, err)
		}
		if err := compiler.AddResource(name, doc); err != nil {
			return nil, fmt.Errorf("adding %s: %w", name, err)
		}
		if compiled[i], err = compiler.Compile(name); err != nil {
			return nil, fmt.Errorf("compiling %s: %w", name, err)
		}
	}
	return &schemas{course: compiled[0], lesson: compiled[1]}, nil
}

// against lists where a document breaks the schema.
func against(schema *jsonschema.Schema, d *document) Problems {
	err := schema.Validate(d.value)
	if err == nil {
		return nil
	}
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		return Problems{{File: d.file, What: err.Error()}}
	}
	var problems Problems
	for _, leaf := range leaves(invalid) {
		problems = append(problems, translate(schema, d, leaf)...)
	}
	return problems
}

func leaves(e *jsonschema.ValidationError) []*jsonschema.ValidationError {
	if len(e.Causes) == 0 {
		return []*jsonschema.ValidationError{e}
	}
	var all []*jsonschema.ValidationError
	for _, cause := range e.Causes {
		all = append(all, leaves(cause)...)
	}
	return all
}

func translate(schema *jsonschema.Schema, d *document, e *jsonschema.ValidationError) Problems {
	var problems Problems
	add := func(name, what, fix string) {
		path := e.InstanceLocation
		if name != "" {
			path = append(slices.Clone(path), name)
		}
		problems = append(problems, d.problem(path, what, fix))
	}
	switch k := e.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		for _, name := range k.Properties {
			add(name, "is not known here", didYouMean(name, propertiesAt(schema, e.SchemaURL)))
		}
	case *kind.Required:
		for _, name := range k.Missing {
			add("", fmt.Sprintf("%q is missing", name), "add it")
		}
	case *kind.Enum:
		add("", fmt.Sprintf("%v is not allowed", k.Got), "use one of: "+join(k.Want))
	case *kind.Const:
		add("", fmt.Sprintf("%v is not allowed", k.Got), fmt.Sprintf("write %v", k.Want))
	case *kind.Type:
		add("", "is of type "+k.Got, "write "+strings.Join(k.Want, " or "))
	default:
		add("", e.ErrorKind.LocalizedString(message.NewPrinter(language.English)), "see labs/schema")
	}
	return problems
}

func join(values []any) string {
	texts := make([]string, len(values))
	for i, value := range values {
		texts[i] = fmt.Sprint(value)
	}
	return strings.Join(texts, ", ")
}

// propertiesAt lists the fields the schema at url knows.
func propertiesAt(root *jsonschema.Schema, url string) []string {
	found := findSchema(root, url, map[*jsonschema.Schema]bool{})
	if found == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(found.Properties))
}

func findSchema(s *jsonschema.Schema, url string, seen map[*jsonschema.Schema]bool) *jsonschema.Schema {
	if s == nil || seen[s] {
		return nil
	}
	seen[s] = true
	if s.Location == url {
		return s
	}
	next := slices.Collect(maps.Values(s.Properties))
	next = append(next, s.Ref, s.Items2020)
	if extra, ok := s.AdditionalProperties.(*jsonschema.Schema); ok {
		next = append(next, extra)
	}
	for _, child := range next {
		if found := findSchema(child, url, seen); found != nil {
			return found
		}
	}
	return nil
}
