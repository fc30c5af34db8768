// Package schema owns judging plain values by the part of JSON Schema (draft
// 2020-12) that the files in labs/schema use. Those files serve editors as well:
// a keyword this package does not know is an error, so that they never promise
// more than is checked. It must not read files or know what a lesson is.
//
// A general validator is not linked: its start-up cost every labctl command
// milliseconds. The tests hold this one against such a validator.
package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Schema is a compiled schema. It does not change and is safe for concurrent use.
type Schema struct {
	node
	pattern *regexp.Regexp
	target  *Schema // of $ref

	properties    map[string]*Schema
	others        *Schema // of properties not listed; nil: anything goes
	closed        bool    // no others
	propertyNames *Schema
	items         *Schema
}

// node is a schema as it is written. Title and the like tell people something
// and check nothing.
type node struct {
	Draft       string `json:"$schema"`
	Title       string `json:"title"`
	Description string `json:"description"`

	Ref  string                     `json:"$ref"`
	Defs map[string]json.RawMessage `json:"$defs"`

	Type  string `json:"type"`
	Const any    `json:"const"`
	Enum  []any  `json:"enum"`

	Properties           map[string]json.RawMessage `json:"properties"`
	AdditionalProperties json.RawMessage            `json:"additionalProperties"`
	PropertyNames        json.RawMessage            `json:"propertyNames"`
	Required             []string                   `json:"required"`
	MinProperties        *int                       `json:"minProperties"`
	MaxProperties        *int                       `json:"maxProperties"`

	Items       json.RawMessage `json:"items"`
	UniqueItems bool            `json:"uniqueItems"`
	MinItems    *int            `json:"minItems"`
	MaxItems    *int            `json:"maxItems"`

	Pattern   string   `json:"pattern"`
	MinLength *int     `json:"minLength"`
	MaxLength *int     `json:"maxLength"`
	Minimum   *float64 `json:"minimum"`
	Maximum   *float64 `json:"maximum"`
}

// Compile reads a schema. A keyword, type or reference this package does not
// know is an error.
func Compile(data []byte) (*Schema, error) {
	var root node
	if err := decode(data, &root); err != nil {
		return nil, err
	}
	c := &compiler{defs: root.Defs, done: map[string]*Schema{}}
	s, err := c.schema(data)
	if err != nil {
		return nil, err
	}
	for _, target := range c.done {
		if target.loops() {
			return nil, errors.New("a $ref leads to itself")
		}
	}
	return s, nil
}

func decode(data []byte, into *node) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("reading the schema: %w", err)
	}
	return nil
}

// compiler keeps what the references of one file lead to.
type compiler struct {
	defs map[string]json.RawMessage
	done map[string]*Schema
}

func (c *compiler) schema(data []byte) (*Schema, error) {
	s := &Schema{}
	return s, c.fill(s, data)
}

func (c *compiler) fill(s *Schema, data []byte) error {
	if err := decode(data, &s.node); err != nil {
		return err
	}
	known := []string{"", "object", "array", "string", "integer", "number", "boolean", "null"}
	if !slices.Contains(known, s.Type) {
		return fmt.Errorf("type %q is not known", s.Type)
	}
	var err error
	if s.Pattern != "" {
		if s.pattern, err = regexp.Compile(s.Pattern); err != nil {
			return fmt.Errorf("pattern: %w", err)
		}
	}
	if s.Ref != "" {
		if s.target, err = c.reference(s.Ref); err != nil {
			return err
		}
	}
	return c.children(s)
}

func (c *compiler) children(s *Schema) error {
	s.properties = map[string]*Schema{}
	for name, data := range s.Properties {
		child, err := c.schema(data)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		s.properties[name] = child
	}
	for _, one := range []struct {
		data json.RawMessage
		into **Schema
	}{{s.Items, &s.items}, {s.PropertyNames, &s.propertyNames}, {s.AdditionalProperties, &s.others}} {
		switch string(one.data) {
		case "", "true":
			continue
		case "false":
			if one.into != &s.others {
				return errors.New("false is understood as additionalProperties only")
			}
			s.closed = true
			continue
		}
		child, err := c.schema(one.data)
		if err != nil {
			return err
		}
		*one.into = child
	}
	return nil
}

func (c *compiler) reference(ref string) (*Schema, error) {
	name, ok := strings.CutPrefix(ref, "#/$defs/")
	data, defined := c.defs[name]
	if !ok || !defined {
		return nil, fmt.Errorf("$ref %q leads nowhere", ref)
	}
	if s, ok := c.done[name]; ok {
		return s, nil
	}
	s := &Schema{}
	c.done[name] = s // before it is filled: it may refer to itself below
	if err := c.fill(s, data); err != nil {
		return nil, fmt.Errorf("$defs/%s: %w", name, err)
	}
	return s, nil
}

// loops says whether following references alone never ends.
func (s *Schema) loops() bool {
	seen := map[*Schema]bool{}
	for at := s; at != nil; at = at.target {
		if seen[at] {
			return true
		}
		seen[at] = true
	}
	return false
}
