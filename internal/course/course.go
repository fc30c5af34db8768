// Package course owns the format of a course: reading it from untrusted files,
// finding every mistake in it at once and handing out lessons ready to be
// checked. It must not look at a cluster, keep progress or print.
package course

import (
	"io/fs"

	"github.com/labctl-dev/labctl/internal/check"
	"github.com/labctl-dev/labctl/internal/i18n"
)

// Version is the apiVersion of the files this package reads.
const Version = "labctl.dev/v1"

// Course is a whole course. It does not change after Load.
type Course struct {
	ID       string
	Title    i18n.Text
	Chapters []Chapter
	Lessons  []*Lesson // in course order
	Typos    []Typo
	messages messages // shared by all lessons
}

// Chapter groups lessons.
type Chapter struct {
	ID      string    `json:"id"`
	Title   i18n.Text `json:"title"`
	Lessons []string  `json:"lessons"` // folders below the course, in order
}

// Typo is one common mistake of the keyboard and what was meant.
type Typo struct {
	Wrong string `json:"wrong"`
	Right string `json:"right"`
	In    string `json:"in"` // lesson id
}

// Lesson is one lesson: language-neutral steps, prose and messages.
type Lesson struct {
	ID      string    `json:"id"`
	Title   i18n.Text `json:"title"`
	Minutes int       `json:"minutes"` // an honest guess of the time it takes
	Needs   []string  `json:"needs"`   // abilities of the lab
	Steps   []Step    `json:"steps"`

	Chapter  string              `json:"-"`
	Dir      string              `json:"-"` // folder below the course
	Prose    map[i18n.Lang]Prose `json:"-"`
	messages messages            // the lesson's own and the shared ones
	files    fs.FS
}

// Step is one thing the learner does.
type Step struct {
	ID       string       `json:"id"`
	Needs    []string     `json:"needs"` // earlier steps
	Specs    []check.Spec `json:"checks"`
	Hints    []Hint       `json:"hints"`
	Solution *Solution    `json:"solution"`
	Done     *Say         `json:"done"`

	Checks []*check.Check `json:"-"`
}

// Hint is a priced piece of help.
type Hint struct {
	Say  string `json:"say"`
	Cost int    `json:"cost"` // points
}

// Solution is the answer to a step, for a price.
type Solution struct {
	Show string `json:"show"` // script below the lesson's folder
	Cost int    `json:"cost"` // points
}

// Say names a message.
type Say struct {
	Say string `json:"say"`
}

// Points is the sum of the step's points.
func (s *Step) Points() int {
	sum := 0
	for _, spec := range s.Specs {
		sum += spec.Points
	}
	return sum
}

// Points is the sum of the lesson's points.
func (l *Lesson) Points() int {
	sum := 0
	for i := range l.Steps {
		sum += l.Steps[i].Points()
	}
	return sum
}

// Step returns the step of that id, or nil.
func (l *Lesson) Step(id string) *Step {
	for i := range l.Steps {
		if l.Steps[i].ID == id {
			return &l.Steps[i]
		}
	}
	return nil
}

// Message returns the text of a key of the lesson or of the whole course.
func (l *Lesson) Message(key string) (i18n.Text, bool) {
	text, ok := l.messages[key]
	return text, ok
}

// File reads a file of the lesson's folder, within the size bounds.
func (l *Lesson) File(name string) ([]byte, error) { return readFile(l.files, name) }

// Files is the lesson's folder.
func (l *Lesson) Files() fs.FS { return l.files }

// Lesson returns the lesson of that id, or nil.
func (c *Course) Lesson(id string) *Lesson {
	for _, lesson := range c.Lessons {
		if lesson.ID == id {
			return lesson
		}
	}
	return nil
}

// In lists the lessons of a chapter.
func (c *Course) In(chapter string) []*Lesson {
	var found []*Lesson
	for _, lesson := range c.Lessons {
		if lesson.Chapter == chapter {
			found = append(found, lesson)
		}
	}
	return found
}
