package course

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"

	"go.yaml.in/yaml/v3"
)

const maxDepth = 32 // nesting of a YAML document

// document is a YAML file as plain values beside the nodes they come from.
type document struct {
	file  string
	root  *yaml.Node
	value any // map[string]any, []any, string, int64, float64, bool, nil
}

// parse reads exactly one YAML document. Anchors, aliases, tags and merge keys
// are refused: a course needs none, and a bomb is made of them.
func parse(file string, data []byte) (*document, Problems) {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var node yaml.Node
	if err := decoder.Decode(&node); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, Problems{{File: file, What: "is empty", Fix: "see the lesson format in docs/extending.md"}}
		}
		return nil, Problems{syntax(file, err)}
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, Problems{{File: file, What: "holds more than one document", Fix: "remove what follows ---"}}
	}
	d := &document{file: file, root: &node}
	if node.Kind == yaml.DocumentNode && len(node.Content) == 1 {
		d.root = node.Content[0]
	}
	var problems Problems
	d.value = d.plain(d.root, 0, &problems)
	return d, problems
}

func syntax(file string, err error) Problem {
	p := Problem{File: file, What: "is not YAML: " + err.Error(), Fix: "check indentation and quotes there"}
	if found := regexp.MustCompile(`line (\d+)`).FindStringSubmatch(err.Error()); found != nil {
		p.Line, _ = strconv.Atoi(found[1])
	}
	return p
}

func (d *document) plain(node *yaml.Node, depth int, problems *Problems) any {
	bad := func(what, fix string) any {
		*problems = append(*problems, Problem{File: d.file, Line: node.Line, What: what, Fix: fix})
		return nil
	}
	switch {
	case depth > maxDepth:
		return bad("is nested too deeply", "flatten it")
	case node.Kind == yaml.AliasNode || node.Anchor != "":
		return bad("uses a YAML anchor or alias", "write the value out")
	}
	switch node.Kind {
	case yaml.MappingNode:
		return d.mapping(node, depth, problems)
	case yaml.SequenceNode:
		items := make([]any, 0, len(node.Content))
		for _, child := range node.Content {
			items = append(items, d.plain(child, depth+1, problems))
		}
		return items
	default:
		value, err := scalar(node)
		if err != nil {
			return bad(err.Error(), "write a text in quotes, a number, true or false")
		}
		return value
	}
}

func (d *document) mapping(node *yaml.Node, depth int, problems *Problems) any {
	m := make(map[string]any, len(node.Content)/2)
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		if key.Kind != yaml.ScalarNode || key.Anchor != "" || key.Tag == "!!merge" {
			*problems = append(*problems, Problem{File: d.file, Line: key.Line, What: "has a key that is not a plain word", Fix: "use plain words as keys"})
			continue
		}
		if _, twice := m[key.Value]; twice {
			*problems = append(*problems, Problem{File: d.file, Line: key.Line, Field: key.Value, What: "stands twice in the same mapping", Fix: "keep one"})
		}
		m[key.Value] = d.plain(node.Content[i+1], depth+1, problems)
	}
	return m
}

func scalar(node *yaml.Node) (any, error) {
	switch node.Tag {
	case "!!str", "!!timestamp":
		return node.Value, nil
	case "!!null":
		return nil, nil //nolint:nilnil // null is a value of YAML
	case "!!bool", "!!int", "!!float":
		var value any
		if err := node.Decode(&value); err != nil {
			return nil, fmt.Errorf("is no value: %w", err)
		}
		if n, ok := value.(int); ok {
			return int64(n), nil
		}
		switch value.(type) {
		case bool, float64, int64:
			return value, nil
		}
	}
	return nil, fmt.Errorf("has the type %s", node.Tag)
}

// line is where the field at path stands; of a path that leads nowhere, the
// nearest field above.
func (d *document) line(path []string) int {
	node, line := d.root, d.root.Line
	for _, name := range path {
		next, at := child(node, name)
		if next == nil {
			return line
		}
		node, line = next, at
	}
	return line
}

func child(node *yaml.Node, name string) (*yaml.Node, int) {
	if node.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(node.Content); i += 2 {
			if node.Content[i].Value == name {
				return node.Content[i+1], node.Content[i].Line
			}
		}
	}
	if i, err := strconv.Atoi(name); err == nil && node.Kind == yaml.SequenceNode && i >= 0 && i < len(node.Content) {
		return node.Content[i], node.Content[i].Line
	}
	return nil, 0
}

func (d *document) problem(path []string, what, fix string) Problem {
	return Problem{File: d.file, Line: d.line(path), Field: fieldName(path), What: what, Fix: fix}
}

// fieldName writes a path as a person would: steps[2].checks[0].expect.
func fieldName(path []string) string {
	name := ""
	for _, part := range path {
		switch _, err := strconv.Atoi(part); {
		case err == nil:
			name += "[" + part + "]"
		case name == "":
			name = part
		default:
			name += "." + part
		}
	}
	return name
}
