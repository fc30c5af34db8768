package course

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/labctl-dev/labctl/internal/check"
	"github.com/labctl-dev/labctl/internal/i18n"
)

// loader gathers problems while it reads; nothing stops at the first one.
type loader struct {
	fsys     fs.FS
	schemas  *schemas
	compiler *check.Compiler // nil: checks are not compiled
	problems Problems
}

// Load reads the course in fsys. The error is Problems when the course is wrong,
// every one of them, and something else only when labctl itself is.
func Load(fsys fs.FS) (*Course, error) {
	compiler, err := check.NewCompiler()
	if err != nil {
		return nil, err
	}
	return load(fsys, compiler)
}

// Outline is Load without the most costly part: what its lessons ask and give is
// there, but Step.Checks stays empty, so they can be shown and not be checked.
func Outline(fsys fs.FS) (*Course, error) { return load(fsys, nil) }

func load(fsys fs.FS, compiler *check.Compiler) (*Course, error) {
	l, err := newLoader(fsys, compiler)
	if err != nil {
		return nil, err
	}
	d, course := l.course()
	if course != nil {
		l.lessons(d, course)
	}
	if len(l.problems) > 0 {
		return nil, l.problems.sorted()
	}
	return course, nil
}

// LoadLesson reads one lesson and what it shares with the others, whose mistakes
// it does not report. The lesson is nil when the course has none of that id.
func LoadLesson(fsys fs.FS, id string) (*Lesson, error) {
	compiler, err := check.NewCompiler()
	if err != nil {
		return nil, err
	}
	l, err := newLoader(fsys, compiler)
	if err != nil {
		return nil, err
	}
	d, course := l.course()
	if course == nil {
		return nil, l.problems.sorted()
	}
	lesson := l.only(d, course, id)
	if len(l.problems) > 0 {
		return nil, l.problems.sorted()
	}
	return lesson, nil
}

func newLoader(fsys fs.FS, compiler *check.Compiler) (*loader, error) {
	schemas, err := loadSchemas()
	if err != nil {
		return nil, err
	}
	if problems := survey(fsys); len(problems) > 0 {
		return nil, problems.sorted()
	}
	return &loader{fsys: fsys, schemas: schemas, compiler: compiler}, nil
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

// course reads course.yaml and the shared messages, but no lesson.
func (l *loader) course() (*document, *Course) {
	d := l.document("course.yaml")
	if d == nil {
		return nil, nil
	}
	if problems := against(l.schemas.course, d); len(problems) > 0 {
		l.add(problems...)
		return nil, nil
	}
	var file struct {
		ID       string    `json:"id"`
		Title    i18n.Text `json:"title"`
		Chapters []Chapter `json:"chapters"`
		Typos    []Typo    `json:"typos"`
	}
	if err := convert(d.value, &file); err != nil {
		l.add(d.problem(nil, err.Error(), ""))
		return nil, nil
	}
	shared, _, problems := readMessages(l.fsys, "messages", func(lang i18n.Lang) string { return string(lang) + ".yaml" })
	l.add(problems...)
	return d, &Course{ID: file.ID, Title: file.Title, Chapters: file.Chapters, Typos: file.Typos, messages: shared}
}

func (l *loader) lessons(d *document, c *Course) {
	seen := map[string]string{}
	for _, p := range c.places() {
		file := l.open(d, p)
		if file == nil {
			continue
		}
		lesson := l.lesson(file, c.messages)
		if lesson == nil {
			continue
		}
		if first, twice := seen[lesson.ID]; twice {
			l.add(Problem{File: p.dir + "/lesson.yaml", Field: "id", What: fmt.Sprintf("%q is the id of %s too", lesson.ID, first), Fix: "give each lesson its own"})
		}
		seen[lesson.ID] = p.dir
		c.Lessons = append(c.Lessons, lesson)
	}
	if len(l.problems) == 0 { // a lesson that could not be read would look missing
		l.typos(d, c, seen)
	}
}

// only looks for one lesson, first where its folder's name promises it.
func (l *loader) only(d *document, c *Course, id string) *Lesson {
	places := c.places()
	slices.SortStableFunc(places, func(a, b place) int {
		return cmp.Compare(a.distance(id), b.distance(id))
	})
	for _, p := range places {
		before := len(l.problems)
		file := l.open(d, p)
		switch {
		case file != nil && file.lesson.ID == id:
			return l.lesson(file, c.messages)
		case file == nil && p.distance(id) == 0:
			return nil // most likely it is this one that is wrong
		}
		l.problems = l.problems[:before]
	}
	return nil
}

// place is where course.yaml puts a lesson.
type place struct {
	chapter string
	dir     string
	at      []string // path of dir in course.yaml
}

func (p place) distance(id string) int {
	if strings.HasPrefix(path.Base(p.dir), id+"-") {
		return 0
	}
	return 1
}

func (c *Course) places() []place {
	var all []place
	for i, chapter := range c.Chapters {
		for j, dir := range chapter.Lessons {
			all = append(all, place{chapter.ID, dir, []string{"chapters", strconv.Itoa(i), "lessons", strconv.Itoa(j)}})
		}
	}
	return all
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
