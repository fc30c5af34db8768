package course

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/labctl-dev/labctl/internal/check"
	"github.com/labctl-dev/labctl/internal/i18n"
)

func specNamed(id string) func(check.Spec) bool {
	return func(spec check.Spec) bool { return spec.ID == id }
}

func splitDots(field string) []string { return strings.Split(field, ".") }

// prose reads every language and demands one section a step, in step order.
func (r *lessonReader) prose() {
	var want []string
	for _, step := range r.lesson.Steps {
		want = append(want, step.ID)
	}
	r.lesson.Prose = map[i18n.Lang]Prose{}
	for _, lang := range i18n.Langs() {
		file := r.lesson.Dir + "/" + string(lang) + ".md"
		data, err := readFile(r.fsys, file)
		if err != nil {
			r.add(Problem{File: file, What: err.Error(), Fix: "write the lesson in this language too"})
			continue
		}
		prose, problems := parseProse(file, string(data))
		r.add(problems...)
		r.lesson.Prose[lang] = prose
		var got []string
		for _, section := range prose.Sections {
			got = append(got, section.ID)
		}
		if !slices.Equal(got, want) {
			r.add(Problem{File: file, What: fmt.Sprintf("has sections for the steps %v, lesson.yaml has %v", got, want), Fix: "write one `## … {#step-id}` a step, in the same order"})
		}
	}
}

// Wrong is a script that must fail in a certain way.
type Wrong struct {
	Name    string `json:"-"`
	Script  string `json:"-"`       // below the lesson's folder
	Check   string `json:"check"`   // "step/check" that must fail
	Message string `json:"message"` // with this key
}

// Solutions lists the scripts that must pass, below the lesson's folder.
func (l *Lesson) Solutions() []string {
	found, err := fs.Glob(l.files, "solutions/*.sh")
	if err != nil { // only a bad pattern fails
		return nil
	}
	return found
}

// WrongOnes lists the scripts that must fail.
func (l *Lesson) WrongOnes() ([]Wrong, error) {
	dirs, err := fs.ReadDir(l.files, "wrong")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading wrong/: %w", err)
	}
	var all []Wrong
	for _, dir := range dirs {
		wrong := Wrong{Name: dir.Name(), Script: "wrong/" + dir.Name() + "/run.sh"}
		data, err := readFile(l.files, "wrong/"+dir.Name()+"/expect.yaml")
		if err != nil {
			return nil, err
		}
		doc, problems := parse(l.Dir+"/wrong/"+dir.Name()+"/expect.yaml", data)
		if len(problems) > 0 {
			return nil, problems
		}
		if err := convert(doc.value, &wrong); err != nil {
			return nil, Problems{doc.problem(nil, err.Error(), "write `check: step/check` and `message: key`")}
		}
		all = append(all, wrong)
	}
	return all, nil
}

func (r *lessonReader) cases() {
	if len(r.lesson.Solutions()) == 0 {
		r.add(Problem{File: r.lesson.Dir + "/solutions", What: "holds no script", Fix: "write one script for each way the lesson accepts"})
	}
	all, err := r.lesson.WrongOnes()
	var problems Problems
	switch {
	case errors.As(err, &problems):
		r.add(problems...)
	case err != nil:
		r.add(Problem{File: r.lesson.Dir + "/wrong", What: err.Error(), Fix: "each folder needs run.sh and expect.yaml"})
	case len(all) == 0:
		r.add(Problem{File: r.lesson.Dir + "/wrong", What: "is empty", Fix: "write the mistakes this lesson must catch"})
	}
	for _, wrong := range all {
		r.wrong(wrong)
	}
}

func (r *lessonReader) wrong(wrong Wrong) {
	file := r.lesson.Dir + "/wrong/" + wrong.Name + "/expect.yaml"
	if _, err := r.lesson.File(wrong.Script); err != nil {
		r.add(Problem{File: file, What: err.Error(), Fix: "write the mistake as run.sh"})
	}
	step, id, _ := strings.Cut(wrong.Check, "/")
	found := r.lesson.Step(step)
	if found == nil || !slices.ContainsFunc(found.Specs, specNamed(id)) {
		r.add(Problem{File: file, Field: "check", What: fmt.Sprintf("there is no check %q", wrong.Check), Fix: "write step/check as in lesson.yaml"})
	}
	if _, ok := r.lesson.messages[wrong.Message]; !ok {
		r.add(Problem{File: file, Field: "message", What: fmt.Sprintf("there is no message %q", wrong.Message), Fix: "name the key the learner must see"})
	}
}
