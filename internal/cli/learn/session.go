package learn

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/labctl-dev/labctl/internal/check"
	"github.com/labctl-dev/labctl/internal/cli/env"
	"github.com/labctl-dev/labctl/internal/course"
	"github.com/labctl-dev/labctl/internal/grade"
	"github.com/labctl-dev/labctl/internal/kube"
	"github.com/labctl-dev/labctl/internal/progress"
	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/labs"
	"github.com/labctl-dev/labctl/provision"
)

func loadCourse() (*course.Course, error) {
	c, err := course.Load(labs.Files())
	return c, invalid(err)
}

// invalid gives the problems of a course their reason.
func invalid(err error) error {
	if problems, ok := errors.AsType[course.Problems](err); ok {
		return reason.New(reason.CourseInvalid, err, "problems", problems.Error())
	}
	return err
}

// outline is the course for reading: its lessons cannot be checked.
func outline() (*course.Course, error) {
	c, err := course.Outline(labs.Files())
	return c, invalid(err)
}

func loadLesson(id string) (*course.Lesson, error) {
	lesson, err := course.LoadLesson(labs.Files(), id)
	switch {
	case err != nil:
		return nil, invalid(err)
	case lesson == nil:
		return nil, reason.New(reason.LessonUnknown, nil, "lesson", id)
	}
	return lesson, nil
}

// findStep returns a lesson's step or says which there are.
func findStep(lesson *course.Lesson, id string) (*course.Step, error) {
	if step := lesson.Step(id); step != nil {
		return step, nil
	}
	return nil, reason.New(reason.StepUnknown, nil, "lesson", lesson.ID, "step", id, "steps", stepNames(lesson, func(*course.Step) bool { return true }))
}

func stepNames(lesson *course.Lesson, keep func(*course.Step) bool) string {
	var names []string
	for i := range lesson.Steps {
		if keep(&lesson.Steps[i]) {
			names = append(names, lesson.Steps[i].ID)
		}
	}
	return strings.Join(names, ", ")
}

// able says before anything runs what the lab cannot do for the lesson.
func able(lab LabAccess, lesson *course.Lesson) error {
	abilities, err := lab.Abilities()
	if err != nil {
		return err
	}
	var lacking []string
	for _, need := range lesson.Needs {
		if !slices.Contains(abilities, provision.Ability(need)) {
			lacking = append(lacking, need)
		}
	}
	if len(lacking) > 0 {
		return reason.New(reason.AbilityMissing, nil, "lesson", lesson.ID, "abilities", strings.Join(lacking, ", "))
	}
	return nil
}

func record(e *env.Env) *progress.Log { return progress.New(e.State.Progress(), e.Now) }

// session is one lesson on one running lab.
type session struct {
	lesson *course.Lesson
	live   *grade.Live
	grader *grade.Grader
	log    *progress.Log
}

// open connects to the lab and begins to watch what the lesson needs.
func open(ctx context.Context, e *env.Env, lab LabAccess, lesson *course.Lesson) (*session, error) {
	if err := able(lab, lesson); err != nil {
		return nil, err
	}
	access, err := lab.Access(ctx)
	if err != nil {
		return nil, err
	}
	client, err := kube.Load(access.Kubeconfig)
	if err != nil {
		return nil, err
	}
	dialer, err := check.NewDialer(access.ProxyURL)
	if err != nil {
		return nil, err
	}
	s := &session{lesson: lesson, log: record(e), live: grade.Open(ctx, client.Dynamic, lesson)}
	world := check.World{Objects: s.live, Dialer: dialer, Answers: recorded{s.log, lesson.ID}}
	s.grader = grade.New(lesson, world, e.Now)
	return s, nil
}

func (s *session) close() { s.live.Close() }

// recorded gives the checks the answers of the record, which another terminal
// may add to at any time.
type recorded struct {
	log    *progress.Log
	lesson string
}

// Answer implements check.Answers.
func (r recorded) Answer(step string) (string, bool) {
	history, err := r.log.Read()
	if err != nil {
		return "", false // writing the attempt to the same record reports it
	}
	return history.Lesson(r.lesson).Answer(step)
}

// remember latches what passes and, with attempt, that the learner asked.
func (s *session) remember(result grade.Result, attempt bool) error {
	history, err := s.log.Read()
	if err != nil {
		return err
	}
	known := history.Lesson(s.lesson.ID).Passed
	var entries []progress.Entry
	if attempt {
		entries = append(entries, progress.Entry{Kind: progress.Attempt, Lesson: s.lesson.ID, Value: string(result.State), Points: result.Points})
	}
	for _, step := range result.Steps {
		for _, c := range step.Checks {
			if _, earned := known[step.ID+"/"+c.ID]; earned || c.State != check.Pass || c.Points < c.Max {
				continue // a pass behind a closed gate gives nothing yet
			}
			entries = append(entries, progress.Entry{Kind: progress.Passed, Lesson: s.lesson.ID, Step: step.ID, Check: c.ID, Points: c.Points})
		}
	}
	return s.log.Append(entries...)
}

// verdict turns a result into what the command returns.
func verdict(result grade.Result) error {
	switch result.State {
	case check.Pass:
		return nil
	case check.CannotTell:
		return reason.New(reason.CannotTell, nil)
	default:
		return reason.New(reason.ChecksFailed, nil, "lesson", result.Lesson)
	}
}
