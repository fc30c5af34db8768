package learn

import (
	"github.com/labctl-dev/labctl/internal/cli/env"
	"github.com/labctl-dev/labctl/internal/course"
	"github.com/labctl-dev/labctl/internal/progress"
)

// place is where a learner stands in a lesson.
type place struct {
	lesson *course.Lesson
	step   *course.Step
	tally  progress.Tally
	log    *progress.Log
}

// whereabouts finds the place in a lesson: the named step, or the first one that
// has not passed yet.
func whereabouts(e *env.Env, lessonID, stepID string) (place, error) {
	lesson, err := loadLesson(lessonID)
	if err != nil {
		return place{}, err
	}
	log := record(e)
	history, err := log.Read()
	if err != nil {
		return place{}, err
	}
	tally := history.Lesson(lesson.ID)
	step, err := stepFor(lesson, tally, stepID)
	return place{lesson: lesson, step: step, tally: tally, log: log}, err
}
