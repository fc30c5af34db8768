package course_test

import (
	"testing"

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
