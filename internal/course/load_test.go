package course_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/labctl-dev/labctl/internal/course"
	"github.com/labctl-dev/labctl/labs"
)

func TestOurCourseIsClean(t *testing.T) {
	t.Parallel()
	c, err := course.Load(labs.Files())
	if err != nil {
		t.Fatalf("the embedded course has mistakes:\n%v", err)
	}
	lesson := c.Lesson("2.1")
	if lesson == nil || lesson.Points() != 30 || len(lesson.Solutions()) < 3 {
		t.Fatalf("lesson 2.1 = %+v", lesson)
	}
	wrong, err := lesson.WrongOnes()
	if err != nil || len(wrong) < 5 {
		t.Fatalf("wrong answers = %v, %v", wrong, err)
	}
}

func TestOutlineTellsAllButTheChecks(t *testing.T) {
	t.Parallel()
	whole, err := course.Load(labs.Files())
	if err != nil {
		t.Fatal(err)
	}
	outline, err := course.Outline(labs.Files())
	if err != nil {
		t.Fatal(err)
	}
	a, b := whole.Lesson("2.1"), outline.Lesson("2.1")
	if a.Points() != b.Points() || a.Title != b.Title || len(a.Steps) != len(b.Steps) || a.Chapter != b.Chapter {
		t.Errorf("the outline differs: %+v and %+v", a, b)
	}
	for i := range b.Steps {
		if len(a.Steps[i].Checks) == 0 || len(b.Steps[i].Checks) != 0 {
			t.Errorf("step %s: %d checks in the course, %d in the outline", a.Steps[i].ID, len(a.Steps[i].Checks), len(b.Steps[i].Checks))
		}
	}
}

func TestLoadLesson(t *testing.T) {
	t.Parallel()
	files := ours(t)
	for path, file := range files { // a second lesson, whose folder does not tell its id
		if rest, ok := strings.CutPrefix(path, "ch2/2.1-pod/"); ok {
			files["ch2/other/"+rest] = file
		}
	}
	files["ch2/other/lesson.yaml"] = &fstest.MapFile{Data: files[lessonFile].Data}
	replace(t, files, "ch2/other/lesson.yaml", `id: "2.1"`, `id: "2.2"`)
	replace(t, files, "course.yaml", "- ch2/2.1-pod", "- ch2/other\n      - ch2/2.1-pod")
	for id, dir := range map[string]string{"2.1": "ch2/2.1-pod", "2.2": "ch2/other"} {
		lesson, err := course.LoadLesson(files, id)
		if err != nil || lesson == nil || lesson.Dir != dir || len(lesson.Steps[0].Checks) != 3 {
			t.Errorf("LoadLesson(%s) = %+v, %v, want the one in %s", id, lesson, err, dir)
		}
	}
	if lesson, err := course.LoadLesson(files, "9.9"); lesson != nil || err != nil {
		t.Errorf("LoadLesson of no lesson = %v, %v", lesson, err)
	}
	replace(t, files, "ch2/other/lesson.yaml", "minutes: 15", "minutes: x")
	if lesson, err := course.LoadLesson(files, "2.1"); lesson == nil || err != nil {
		t.Errorf("the mistake of another lesson is in the way: %v", err)
	}
	var problems course.Problems
	replace(t, files, lessonFile, "minutes: 15", "minutes: x")
	if _, err := course.LoadLesson(files, "2.1"); !errors.As(err, &problems) {
		t.Errorf("LoadLesson of a lesson that breaks its schema = %v, want problems", err)
	}
	replace(t, files, lessonFile, "minutes: x", "minutes: 15")
	replace(t, files, lessonFile, "expect: ready(pod)", "expect: ready(pot)")
	if _, err := course.LoadLesson(files, "2.1"); !errors.As(err, &problems) {
		t.Errorf("LoadLesson of a wrong lesson = %v, want problems", err)
	}
}
