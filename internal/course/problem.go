package course

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one mistake in a course file, worded in English for authors.
type Problem struct {
	File  string `json:"file"`
	Line  int    `json:"line,omitempty"` // 1-based; 0 for the file as a whole
	Field string `json:"field,omitempty"`
	What  string `json:"what"`
	Fix   string `json:"fix"`
}

// String is one line: file:line: field: what (fix).
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
	}
	b.WriteString(": ")
	if p.Field != "" {
		b.WriteString(p.Field + ": ")
	}
	b.WriteString(p.What)
	if p.Fix != "" {
		b.WriteString("; " + p.Fix)
	}
	return b.String()
}

// Problems is every mistake found, in order of file and line.
type Problems []Problem //nolint:errname // each of them is a Problem

// Error lists the problems, one a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

func (ps Problems) sorted() Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Field, b.Field))
	})
	return slices.Compact(ps)
}
