package course

import (
	"fmt"
	"io/fs"

	"github.com/labctl-dev/labctl/internal/course/schema"
	"github.com/labctl-dev/labctl/labs"
)

// schemas holds the compiled JSON Schemas, which editors use as well.
type schemas struct {
	course, lesson *schema.Schema
}

func loadSchemas() (*schemas, error) {
	var s schemas
	for name, into := range map[string]**schema.Schema{
		"schema/course.schema.json": &s.course, "schema/lesson.schema.json": &s.lesson,
	} {
		data, err := fs.ReadFile(labs.Files(), name)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", name, err)
		}
		if *into, err = schema.Compile(data); err != nil {
			return nil, fmt.Errorf("compiling %s: %w", name, err)
		}
	}
	return &s, nil
}

// against lists where a document breaks the schema.
func against(s *schema.Schema, d *document) Problems {
	var problems Problems
	for _, v := range s.Validate(d.value) {
		fix := v.Fix
		if v.Known != nil {
			fix = didYouMean(v.Path[len(v.Path)-1], v.Known)
		}
		problems = append(problems, d.problem(v.Path, v.What, fix))
	}
	return problems
}
