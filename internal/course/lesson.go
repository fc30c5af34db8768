package course

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/labctl-dev/labctl/internal/check"
	"github.com/labctl-dev/labctl/internal/i18n"
	"github.com/labctl-dev/labctl/provision"
)

// lessonFile is a lesson.yaml that keeps its schema.
type lessonFile struct {
	doc    *document
	lesson *Lesson
}

// open reads the lesson.yaml of a place; nil when that failed.
func (l *loader) open(courseDoc *document, p place) *lessonFile {
	if !fs.ValidPath(p.dir) || p.dir == "." {
		l.add(courseDoc.problem(p.at, fmt.Sprintf("%q leads out of the course", p.dir), "name a folder of the course"))
		return nil
	}
	d := l.document(p.dir + "/lesson.yaml")
	if d == nil {
		return nil
	}
	if problems := against(l.schemas.lesson, d); len(problems) > 0 {
		l.add(problems...)
		return nil
	}
	lesson := &Lesson{Dir: p.dir, Chapter: p.chapter}
	if err := convert(d.value, lesson); err != nil {
		l.add(d.problem(nil, err.Error(), "see labs/schema/lesson.schema.json"))
		return nil
	}
	return &lessonFile{d, lesson}
}

// lesson reads the rest of a lesson's folder; nil when that is no folder.
func (l *loader) lesson(file *lessonFile, shared messages) *Lesson {
	lesson := file.lesson
	files, err := fs.Sub(l.fsys, lesson.Dir)
	if err != nil {
		l.add(file.doc.problem(nil, err.Error(), ""))
		return nil
	}
	lesson.files = files
	own, where, problems := readMessages(l.fsys, lesson.Dir, func(lang i18n.Lang) string { return "messages." + string(lang) + ".yaml" })
	l.add(problems...)
	lesson.messages = l.merge(own, where, shared)
	r := &lessonReader{loader: l, doc: file.doc, lesson: lesson, used: map[string]bool{}}
	r.read()
	if len(problems) == 0 {
		r.unused(where)
	}
	return lesson
}

func (l *loader) merge(own messages, where map[string]Problem, shared messages) messages {
	merged := messages{}
	maps.Copy(merged, check.Builtin())
	maps.Copy(merged, shared)
	for _, key := range slices.Sorted(maps.Keys(own)) {
		if _, twice := merged[key]; twice {
			p := where[key]
			p.What, p.Fix = "is a message of the whole course too", "keep one of them"
			l.add(p)
		}
		merged[key] = own[key]
	}
	return merged
}

// lessonReader checks one lesson's own rules, beyond its schema.
type lessonReader struct {
	*loader
	doc    *document
	lesson *Lesson
	used   map[string]bool // message keys
}

func (r *lessonReader) read() {
	r.abilities()
	seen := map[string]bool{}
	for i := range r.lesson.Steps {
		step := &r.lesson.Steps[i]
		at := []string{"steps", fmt.Sprint(i)}
		if seen[step.ID] {
			r.say(at, "id", fmt.Sprintf("%q is the id of an earlier step", step.ID), "give each step its own")
		}
		for j, need := range step.Needs {
			if !seen[need] {
				r.say(at, fmt.Sprintf("needs.%d", j), fmt.Sprintf("%q is not an earlier step", need), didYouMean(need, slices.Sorted(maps.Keys(seen))))
			}
		}
		seen[step.ID] = true
		r.checks(step, at)
		r.help(step, at)
	}
	r.prose()
	r.cases()
}

func (r *lessonReader) abilities() {
	known := []string{string(provision.Cluster), string(provision.PodNetwork), string(provision.NodeShell), string(provision.Faults), string(provision.RealKernel)}
	for i, need := range r.lesson.Needs {
		if !slices.Contains(known, need) {
			r.add(r.doc.problem([]string{"needs", fmt.Sprint(i)}, fmt.Sprintf("%q is no ability of a lab", need), didYouMean(need, known)))
		}
	}
}

func (r *lessonReader) say(at []string, field, what, fix string) {
	r.add(r.doc.problem(append(slices.Clone(at), splitDots(field)...), what, fix))
}

func (r *lessonReader) key(at []string, field, key string) {
	if key == "" {
		return
	}
	r.used[key] = true
	if _, ok := r.lesson.messages[key]; !ok {
		r.say(at, field, fmt.Sprintf("there is no message %q", key), didYouMean(key, slices.Sorted(maps.Keys(r.lesson.messages))))
	}
}

func (r *lessonReader) checks(step *Step, stepAt []string) {
	seen := map[string]bool{}
	for i, spec := range step.Specs {
		at := append(slices.Clone(stepAt), "checks", fmt.Sprint(i))
		if seen[spec.ID] {
			r.say(at, "id", fmt.Sprintf("%q is the id of an earlier check of this step", spec.ID), "give each check its own")
		}
		seen[spec.ID] = true
		r.key(at, "title", spec.Title)
		for j, rule := range spec.Explain {
			r.key(at, fmt.Sprintf("explain.%d.say", j), rule.Say)
			r.arguments(at, j, rule)
		}
		if r.compiler == nil {
			continue
		}
		compiled, faults := r.compiler.Compile(spec, step.ID)
		for _, f := range faults {
			r.add(r.doc.problem(append(slices.Clone(at), f.Path...), f.What, f.Fix))
		}
		step.Checks = append(step.Checks, compiled)
	}
}

func (r *lessonReader) arguments(at []string, index int, rule check.Rule) {
	for _, name := range placeholders(r.lesson.messages[rule.Say].KO) {
		if _, ok := rule.With[name[1:len(name)-1]]; !ok {
			r.say(at, fmt.Sprintf("explain.%d", index), fmt.Sprintf("message %q needs %s", rule.Say, name), "give it under `with`")
		}
	}
}

func (r *lessonReader) help(step *Step, at []string) {
	spent, last := 0, -1
	for i, hint := range step.Hints {
		field := fmt.Sprintf("hints.%d", i)
		r.key(at, field+".say", hint.Say)
		if hint.Cost < last {
			r.say(at, field+".cost", "is cheaper than the hint before", "let the price rise")
		}
		last = hint.Cost
		spent += hint.Cost
	}
	if step.Solution != nil {
		spent += step.Solution.Cost
		if _, err := r.lesson.File(step.Solution.Show); err != nil {
			r.say(at, "solution.show", err.Error(), "name a script under solutions/")
		}
	}
	if spent > step.Points() {
		r.say(at, "hints", fmt.Sprintf("cost %d points in all, the step gives %d", spent, step.Points()), "make hints and solution cheaper")
	}
	if step.Done != nil {
		r.key(at, "done.say", step.Done.Say)
	}
}

// unused reports messages nothing shows: mostly the other half of a misspelling.
func (r *lessonReader) unused(where map[string]Problem) {
	for _, key := range slices.Sorted(maps.Keys(where)) {
		if !r.used[key] {
			p := where[key]
			p.What, p.Fix = "is never shown", "remove it, or use it in lesson.yaml"
			r.add(p)
		}
	}
}
