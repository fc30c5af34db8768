package learn

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/labctl-dev/labctl/internal/check"
	"github.com/labctl-dev/labctl/internal/cli/env"
	"github.com/labctl-dev/labctl/internal/cli/manual"
	"github.com/labctl-dev/labctl/internal/course"
	"github.com/labctl-dev/labctl/internal/grade"
	"github.com/labctl-dev/labctl/internal/i18n"
	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/internal/report"
)

type checkOptions struct {
	env       *env.Env
	lab       LabAccess
	lesson    string
	watch     bool
	untilPass bool
	json      bool
}

func newCheck(e *env.Env, lab LabAccess, runF func(context.Context, *checkOptions) error) *cobra.Command {
	opts := &checkOptions{env: e, lab: lab}
	command := &cobra.Command{
		Use:  "check LESSON",
		Args: args(e, 1, 1),
		RunE: func(command *cobra.Command, given []string) error {
			opts.lesson = given[0]
			opts.json = opts.json || e.JSON
			if runF != nil {
				return runF(command.Context(), opts)
			}
			return runCheck(command.Context(), opts)
		},
	}
	command.Flags().BoolVarP(&opts.watch, "watch", "w", false, i18n.Text{KO: "클러스터가 바뀔 때마다 다시 확인합니다 (Ctrl-C로 끝냅니다)", EN: "check again whenever the cluster changes (Ctrl-C ends it)"}.In(e.Lang))
	command.Flags().BoolVar(&opts.untilPass, "until-pass", false, i18n.Text{KO: "모두 통과하면 끝냅니다 (--watch를 함께 켭니다)", EN: "end once everything passes (turns --watch on)"}.In(e.Lang))
	command.Flags().BoolVar(&opts.json, "json", false, i18n.Text{KO: "JSON으로 출력합니다", EN: "write JSON"}.In(e.Lang))
	return manual.Page{
		Short: i18n.Text{KO: "단원의 과제가 되었는지 확인합니다", EN: "Check how far a lesson is done"},
		Long: i18n.Text{
			KO: "클러스터의 지금 상태를 보고 단원의 항목을 하나씩 확인합니다. 아직 통과하지 못한 항목은 무엇이 다른지 알려 줍니다.\n한 번 통과한 항목은 기록에 남습니다. 클러스터는 바꾸지 않습니다.",
			EN: "Looks at the cluster as it is now and checks the lesson item by item; what does not pass yet is explained.\nWhat has passed once is kept in your record. Nothing in the cluster is changed.",
		},
		Example: "labctl check 2.1\nlabctl check 2.1 --watch\nlabctl check 2.1 --until-pass\nlabctl check 2.1 --json",
		Exits:   []reason.Exit{reason.NotPassed, reason.NoInput, reason.Unavailable},
	}.Apply(command, e.Lang)
}

func runCheck(ctx context.Context, opts *checkOptions) error {
	lesson, err := loadLesson(opts.lesson)
	if err != nil {
		return err
	}
	s, err := open(ctx, opts.env, opts.lab, lesson)
	if err != nil {
		return err
	}
	defer s.close()
	if opts.watch || opts.untilPass {
		return watchCheck(ctx, opts, s)
	}
	result, err := s.grader.Settle(ctx, s.live.Changes())
	if err != nil {
		return interrupted(err)
	}
	if err := s.remember(result, true); err != nil {
		return err
	}
	if opts.json {
		err = report.JSON(opts.env.Stdout, document(lesson, result), true)
	} else {
		err = report.Text(opts.env.Stdout, lesson, result, look(opts.env))
	}
	return errors.Join(verdict(result), err)
}

func document(lesson *course.Lesson, result grade.Result) report.Document {
	return report.NewDocument([]*course.Lesson{lesson}, []grade.Result{result}, nil)
}

func look(e *env.Env) report.Options {
	return report.Options{Lang: e.Lang, Color: e.Color, Width: e.Width}
}

func interrupted(err error) error {
	if errors.Is(err, context.Canceled) {
		return reason.New(reason.Interrupt, err)
	}
	return err
}

// watchCheck shows the whole result first and from then on only what changes. It
// ends with the state it last saw.
func watchCheck(ctx context.Context, opts *checkOptions, s *session) error {
	var last grade.Result
	var failure error
	first := true
	err := s.grader.Watch(ctx, s.live.Changes(), func(result grade.Result) bool {
		before := last.States()
		last = result
		failure = show(opts, s, before, result, first)
		if first || changed(before, result) {
			failure = errors.Join(failure, s.remember(result, first))
		}
		first = false
		return failure == nil && (!opts.untilPass || !result.Passed())
	})
	switch {
	case failure != nil:
		return failure
	case err != nil && !errors.Is(err, context.Canceled):
		return err
	case first:
		return interrupted(err)
	}
	return verdict(last)
}

func changed(before map[string]check.State, result grade.Result) bool {
	for name, state := range result.States() {
		if before[name] != state {
			return true
		}
	}
	return false
}

func show(opts *checkOptions, s *session, before map[string]check.State, result grade.Result, first bool) error {
	switch {
	case !first && !changed(before, result):
		return nil
	case opts.json:
		return report.JSON(opts.env.Stdout, document(s.lesson, result), false)
	case first:
		return report.Text(opts.env.Stdout, s.lesson, result, look(opts.env))
	}
	for _, step := range result.Steps {
		for _, c := range step.Checks {
			if before[step.ID+"/"+c.ID] == c.State {
				continue
			}
			line := report.Line(s.lesson, step.ID, c, look(opts.env))
			if c.State != check.Pass && c.Message != nil {
				line += " — " + report.Message(c.Message, opts.env.Lang)
			}
			if _, err := fmt.Fprintln(opts.env.Stdout, line); err != nil {
				return fmt.Errorf("writing the change: %w", err)
			}
		}
	}
	return nil
}
