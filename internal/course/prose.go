package course

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// maxColumns is the widest line a code block may have, so that no command wraps
// on an 80-column terminal.
const maxColumns = 76

// Prose is a lesson's text in one language: what stands before the first
// heading of the second level, then one section a heading.
type Prose struct {
	Intro    string
	Sections []Section
}

// Section is the text of one step.
type Section struct {
	ID    string // the step
	Title string
	Body  string // without the heading
}

// Section returns the section of a step.
func (p Prose) Section(id string) (Section, bool) {
	for _, section := range p.Sections {
		if section.ID == id {
			return section, true
		}
	}
	return Section{}, false
}

// parseProse splits Markdown at its "## Title {#step}" headings.
func parseProse(file, text string) (Prose, Problems) {
	heading := regexp.MustCompile(`^## (.+?) \{#([a-z0-9-]+)\}$`)
	var prose Prose
	var problems Problems
	var body strings.Builder
	flush := func() {
		if n := len(prose.Sections); n > 0 {
			prose.Sections[n-1].Body = strings.TrimSpace(body.String())
		} else {
			prose.Intro = strings.TrimSpace(body.String())
		}
		body.Reset()
	}
	fence := false
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimRight(line, " \r")
		if strings.HasPrefix(line, "```") {
			fence = !fence
		}
		if fence && ansi.StringWidth(line) > maxColumns {
			problems = append(problems, Problem{File: file, Line: i + 1, What: "has a code line wider than " + strconv.Itoa(maxColumns) + " columns", Fix: "break it with \\"})
		}
		if fence || !strings.HasPrefix(line, "## ") {
			body.WriteString(line + "\n")
			continue
		}
		found := heading.FindStringSubmatch(line)
		if found == nil {
			problems = append(problems, Problem{File: file, Line: i + 1, What: "has a heading without a step", Fix: "write `## Title {#step-id}`, or use ###"})
			continue
		}
		flush()
		prose.Sections = append(prose.Sections, Section{Title: found[1], ID: found[2]})
	}
	if fence {
		problems = append(problems, Problem{File: file, What: "has a code block that never ends", Fix: "close it with ```"})
	}
	flush()
	return prose, problems
}
