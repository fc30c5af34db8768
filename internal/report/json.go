package report

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/labctl-dev/labctl/internal/check"
	"github.com/labctl-dev/labctl/internal/course"
	"github.com/labctl-dev/labctl/internal/grade"
	"github.com/labctl-dev/labctl/internal/i18n"
)

// Version names the JSON shape below. Fields may be added to it, but none is
// renamed, removed or given another meaning under the same version.
const Version = "labctl.dev/report/v1"

// Document is the JSON form of a report.
type Document struct {
	Version string   `json:"version"`
	Passed  bool     `json:"passed"` // every check of every lesson passes now
	Points  int      `json:"points"` // given now
	Max     int      `json:"max"`
	Lessons []Lesson `json:"lessons"`
}

// Lesson is one lesson of a Document.
type Lesson struct {
	ID     string      `json:"id"`
	Title  i18n.Text   `json:"title"`
	State  check.State `json:"state"`
	Points int         `json:"points"`
	Max    int         `json:"max"`
	Earned *Earned     `json:"earned,omitempty"` // from the record; only in `grade`
	Steps  []Step      `json:"steps"`
}

// Step is one step of a Lesson.
type Step struct {
	ID     string      `json:"id"`
	State  check.State `json:"state"`
	Points int         `json:"points"`
	Max    int         `json:"max"`
	Checks []Check     `json:"checks"`
}

// Check is one check of a Step. Message is filled in every language; its key and
// arguments are for programs.
type Check struct {
	ID       string          `json:"id"`
	State    check.State     `json:"state"`
	Points   int             `json:"points"`
	Max      int             `json:"max"`
	Gate     bool            `json:"gate,omitempty"`
	Message  *MessageText    `json:"message,omitempty"`
	Findings []check.Finding `json:"findings,omitempty"`
	Objects  []check.Object  `json:"objects,omitempty"`
}

// MessageText is a message with its words.
type MessageText struct {
	Key  string            `json:"key"`
	Args map[string]string `json:"args,omitempty"`
	Text i18n.Text         `json:"text"`
}

// NewDocument puts results into the JSON form. earned may be nil.
func NewDocument(lessons []*course.Lesson, results []grade.Result, earned []Earned) Document {
	doc := Document{Version: Version, Passed: true, Lessons: []Lesson{}}
	for i, result := range results {
		lesson := Lesson{ID: result.Lesson, Title: lessons[i].Title, State: result.State, Points: result.Points, Max: result.Max, Steps: []Step{}}
		if i < len(earned) {
			lesson.Earned = &earned[i]
		}
		for _, step := range result.Steps {
			lesson.Steps = append(lesson.Steps, stepOf(step))
		}
		doc.Passed = doc.Passed && result.Passed()
		doc.Points += result.Points
		doc.Max += result.Max
		doc.Lessons = append(doc.Lessons, lesson)
	}
	return doc
}

func stepOf(result grade.StepResult) Step {
	step := Step{ID: result.ID, State: result.State, Points: result.Points, Max: result.Max, Checks: []Check{}}
	for _, c := range result.Checks {
		one := Check{ID: c.ID, State: c.State, Points: c.Points, Max: c.Max, Gate: c.Gate, Findings: c.Findings, Objects: c.Objects}
		if m := c.Message; m != nil && c.State != check.Pass {
			one.Message = &MessageText{Key: m.Key, Args: m.Args, Text: i18n.Text{KO: Message(m, i18n.Korean), EN: Message(m, i18n.English)}}
		}
		step.Checks = append(step.Checks, one)
	}
	return step
}

// JSON writes doc, indented where a person may read it, else on one line.
func JSON(w io.Writer, doc Document, indent bool) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	if indent {
		encoder.SetIndent("", "  ")
	}
	if err := encoder.Encode(doc); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}
