package learn

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/labctl-dev/labctl/internal/cli/env"
	"github.com/labctl-dev/labctl/internal/cli/manual"
	"github.com/labctl-dev/labctl/internal/course"
	"github.com/labctl-dev/labctl/internal/grade"
	"github.com/labctl-dev/labctl/internal/i18n"
	"github.com/labctl-dev/labctl/internal/progress"
	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/internal/report"
)

type gradeOptions struct {
	env    *env.Env
	lab    LabAccess
	scope  string // lesson, chapter or "" for all
	report string
}

func newGrade(e *env.Env, lab LabAccess, runF func(context.Context, *gradeOptions) error) *cobra.Command {
	opts := &gradeOptions{env: e, lab: lab}
	command := &cobra.Command{
		Use:  "grade [LESSON | CHAPTER]",
		Args: args(e, 0, 1),
		RunE: func(command *cobra.Command, given []string) error {
			if len(given) > 0 {
				opts.scope = given[0]
			}
			if e.JSON {
				opts.report = "json"
			}
			if opts.report != "text" && opts.report != "json" {
				return words(e, command, i18n.Text{KO: "--report 는 text 또는 json 입니다", EN: "--report is text or json"})
			}
			if runF != nil {
				return runF(command.Context(), opts)
			}
			return runGrade(command.Context(), opts)
		},
	}
	command.Flags().StringVar(&opts.report, "report", "text", i18n.Text{KO: "성적표 `형식`: text, json", EN: "`FORMAT` of the report: text, json"}.In(e.Lang))
	return manual.Page{
		Short: i18n.Text{KO: "점수를 매겨 성적을 봅니다", EN: "Add up your points"},
		Long: i18n.Text{
			KO: "단원이나 장, 또는 강의 전체의 점수를 보여 줍니다. 한 번 통과한 항목의 점수는 나중에 지워도 남고,\n힌트와 풀이에 쓴 점수를 뺍니다. 모든 항목을 한 번이라도 통과했으면 종료 코드가 0입니다.",
			EN: "Shows the points of a lesson, a chapter or the whole course. What has passed once keeps its points even when it is\ngone later; hints and solutions cost theirs. The exit code is 0 when every check has passed at least once.",
		},
		Example: "labctl grade\nlabctl grade 2.1\nlabctl grade ch2 --report json",
		Exits:   []reason.Exit{reason.NotPassed, reason.NoInput, reason.Unavailable},
	}.Apply(command, e.Lang)
}

func inScope(c *course.Course, scope string) ([]*course.Lesson, error) {
	if scope == "" {
		return c.Lessons, nil
	}
	if lesson := c.Lesson(scope); lesson != nil {
		return []*course.Lesson{lesson}, nil
	}
	if lessons := c.In(scope); len(lessons) > 0 {
		return lessons, nil
	}
	return nil, reason.New(reason.LessonUnknown, nil, "lesson", scope)
}

func runGrade(ctx context.Context, opts *gradeOptions) error {
	c, err := loadCourse()
	if err != nil {
		return err
	}
	lessons, err := inScope(c, opts.scope)
	if err != nil {
		return err
	}
	var results []grade.Result
	for _, lesson := range lessons {
		result, err := gradeOne(ctx, opts, lesson)
		if err != nil {
			return err
		}
		results = append(results, result)
	}
	history, err := record(opts.env).Read()
	if err != nil {
		return err
	}
	return writeGrades(opts, lessons, results, history)
}

func gradeOne(ctx context.Context, opts *gradeOptions, lesson *course.Lesson) (grade.Result, error) {
	s, err := open(ctx, opts.env, opts.lab, lesson)
	if err != nil {
		return grade.Result{}, err
	}
	defer s.close()
	result, err := s.grader.Settle(ctx, s.live.Changes())
	if err != nil {
		return grade.Result{}, interrupted(err)
	}
	return result, s.remember(result, false)
}

func writeGrades(opts *gradeOptions, lessons []*course.Lesson, results []grade.Result, history progress.History) error {
	var earned []report.Earned
	missing := ""
	for _, lesson := range lessons {
		tally := history.Lesson(lesson.ID)
		earned = append(earned, report.Account(lesson, tally))
		for i := range lesson.Steps {
			if missing == "" && !passed(&lesson.Steps[i], tally) {
				missing = lesson.ID
			}
		}
	}
	var failure error
	if missing != "" {
		failure = reason.New(reason.ChecksFailed, nil, "lesson", missing)
	}
	if opts.report == "json" {
		return errors.Join(failure, report.JSON(opts.env.Stdout, report.NewDocument(lessons, results, earned), true))
	}
	for i, lesson := range lessons {
		if err := report.Text(opts.env.Stdout, lesson, results[i], look(opts.env)); err != nil {
			return err
		}
		if err := report.TextEarned(opts.env.Stdout, earned[i], look(opts.env)); err != nil {
			return err
		}
	}
	if err := history.Verify(); err != nil {
		_, _ = fmt.Fprintf(opts.env.Stderr, i18n.Text{KO: "주의: 학습 기록의 %d번째 줄부터 앞줄과 이어지지 않습니다.\n", EN: "Note: from line %d on the record does not follow from the line before.\n"}.In(opts.env.Lang), history.Broken)
	}
	return failure
}
