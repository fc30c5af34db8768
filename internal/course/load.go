package course

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/labctl-dev/labctl/internal/check"
	"github.com/labctl-dev/labctl/internal/i18n"
)

// loader gathers problems while it reads; nothing stops at the first one.
type loader struct {
	fsys     fs.FS
	schemas  *schemas
	compiler *check.Compiler
	problems Problems
}

// Load reads the course in fsys. The error is Problems when the course is wrong,
// every one of them, and something else only when labctl itself is.
func Load(fsys fs.FS) (*Course, error) {
	schemas, err := loadSchemas()
	if err != nil {
		return nil, err
	}
	compiler, err := check.NewCompiler()
	if err != nil {
		return nil, err
	}
	l := &loader{fsys: fsys, schemas: schemas, compiler: compiler}
	if problems := survey(fsys); len(problems) > 0 {
		return nil, problems.sorted()
	}
	course := l.course()
	if len(l.problems) > 0 {
		return nil, l.problems.sorted()
	}
	return course, nil
}

func (l *loader) add(problems ...Problem) { l.problems = append(l.problems, problems...) }

// document reads and parses a YAML file; nil when that failed.
func (l *loader) document(file string) *document {
	data, err := readFile(l.fsys, file)
	if err != nil {
		l.add(Problem{File: file, What: err.Error(), Fix: "put the file there"})
		return nil
	}
	d, problems := parse(file, data)
	l.add(problems...)
	if len(problems) > 0 {
		return nil
	}
	return d
}

func (l *loader) course() *Course {
	d := l.document("course.yaml")
	if d == nil {
		return nil
	}
	if problems := against(l.schemas.course, d); len(problems) > 0 {
		l.add(problems...)
		return nil
	}
	var file struct {
		ID       string    `json:"id"`
		Title    i18n.Text `json:"title"`
		Chapters []Chapter `json:"chapters"`
		Typos    []Typo    `json:"typos"`
	}
	if err := convert(d.value, &file); err != nil {
		l.add(d.problem(nil, err.Error(), ""))
		return nil
	}
	c := &Course{ID: file.ID, Title: file.Title, Chapters: file.Chapters, Typos: file.Typos}
	shared, _, problems := readMessages(l.fsys, "messages", func(lang i18n.Lang) string { return string(lang) + ".yaml" })
	l.add(problems...)
	c.messages = shared
	seen := map[string]string{}
	for i, chapter := range c.Chapters {
		for j, dir := range chapter.Lessons {
			lesson := l.lesson(d, dir, []string{"chapters", fmt.Sprint(i), "lessons", fmt.Sprint(j)}, shared)
			if lesson == nil {
				continue
			}
			if first, twice := seen[lesson.ID]; twice {
				l.add(Problem{File: dir + "/lesson.yaml", Field: "id", What: fmt.Sprintf("%q is the id of %s too", lesson.ID, first), Fix: "give each lesson its own"})
			}
			seen[lesson.ID] = dir
			lesson.Chapter = chapter.ID
			c.Lessons = append(c.Lessons, lesson)
		}
	}
	if len(l.problems) == 0 { // a lesson that could not be read would look missing
		l.typos(d, c, seen)
	}
	return c
}

func (l *loader) typos(d *document, c *Course, lessons map[string]string) {
	for i, typo := range c.Typos {
		if _, ok := lessons[typo.In]; !ok {
			l.add(d.problem([]string{"typos", fmt.Sprint(i), "in"}, fmt.Sprintf("there is no lesson %q", typo.In), didYouMean(typo.In, slices.Sorted(maps.Keys(lessons)))))
		}
	}
}

// convert fills a struct from plain values.
func convert(value, into any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("reading the values: %w", err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("reading the values: %w", err)
	}
	return nil
}
