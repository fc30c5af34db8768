package learn

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/labctl-dev/labctl/internal/cli/env"
	"github.com/labctl-dev/labctl/internal/cli/manual"
	"github.com/labctl-dev/labctl/internal/course"
	"github.com/labctl-dev/labctl/internal/i18n"
	"github.com/labctl-dev/labctl/internal/progress"
	"github.com/labctl-dev/labctl/internal/reason"
)

type hintOptions struct {
	env          *env.Env
	lesson, step string
	list         bool
}

func newHint(e *env.Env, runF func(context.Context, *hintOptions) error) *cobra.Command {
	opts := &hintOptions{env: e}
	command := &cobra.Command{
		Use:  "hint LESSON",
		Args: args(e, 1, 1),
		RunE: func(command *cobra.Command, given []string) error {
			opts.lesson = given[0]
			if runF != nil {
				return runF(command.Context(), opts)
			}
			return runHint(command.Context(), opts)
		},
	}
	command.Flags().StringVar(&opts.step, "step", "", i18n.Text{KO: "힌트를 볼 `단계` (없으면 아직 통과하지 못한 첫 단계)", EN: "`STEP` to get a hint for (the first that has not passed)"}.In(e.Lang))
	command.Flags().BoolVar(&opts.list, "list", false, i18n.Text{KO: "힌트를 열지 않고 값만 봅니다", EN: "show the prices, open nothing"}.In(e.Lang))
	return manual.Page{
		Short: i18n.Text{KO: "다음 힌트를 봅니다", EN: "Show the next hint"},
		Long: i18n.Text{
			KO: "막힌 단계의 다음 힌트를 하나 보여 줍니다. 뒤로 갈수록 자세하고 점수가 더 듭니다. 이미 통과한 단계의 힌트는 무료입니다.\n값은 `--list` 로 먼저 볼 수 있습니다.",
			EN: "Shows the next hint for the step you are at. Later hints say more and cost more; those of a step that has passed are free.\n`--list` shows the prices first.",
		},
		Example: "labctl hint 2.1\nlabctl hint 2.1 --step ip\nlabctl hint 2.1 --list",
		Exits:   []reason.Exit{reason.NoInput, reason.CantCreate},
	}.Apply(command, e.Lang)
}

func runHint(_ context.Context, opts *hintOptions) error {
	at, err := whereabouts(opts.env, opts.lesson, opts.step)
	if err != nil {
		return err
	}
	lesson, step, tally := at.lesson, at.step, at.tally
	if opts.list {
		return listHints(opts.env, step, tally)
	}
	next := tally.Hints[step.ID]
	if next >= len(step.Hints) {
		return reason.New(reason.HintsUsedUp, nil, "lesson", lesson.ID, "step", step.ID)
	}
	cost := step.Hints[next].Cost
	if passed(step, tally) {
		cost = 0
	}
	err = at.log.Append(progress.Entry{Kind: progress.Hint, Lesson: lesson.ID, Step: step.ID, Index: next, Points: cost})
	if err != nil {
		return err
	}
	price := i18n.Text{KO: "[%s] 힌트 %d/%d, %d점\n", EN: "[%s] hint %d of %d, %d points\n"}.In(opts.env.Lang)
	if _, err := fmt.Fprintf(opts.env.Stderr, price, step.ID, next+1, len(step.Hints), cost); err != nil {
		return fmt.Errorf("writing the price: %w", err)
	}
	text, _ := lesson.Message(step.Hints[next].Say)
	_, err = fmt.Fprintln(opts.env.Stdout, text.In(opts.env.Lang))
	return err
}

// stepFor is the named step, or the first one that has not passed yet.
func stepFor(lesson *course.Lesson, tally progress.Tally, name string) (*course.Step, error) {
	if name != "" {
		return findStep(lesson, name)
	}
	for i := range lesson.Steps {
		if !passed(&lesson.Steps[i], tally) {
			return &lesson.Steps[i], nil
		}
	}
	return &lesson.Steps[len(lesson.Steps)-1], nil
}

func passed(step *course.Step, tally progress.Tally) bool {
	for _, spec := range step.Specs {
		if _, ok := tally.Passed[step.ID+"/"+spec.ID]; !ok {
			return false
		}
	}
	return true
}

func listHints(e *env.Env, step *course.Step, tally progress.Tally) error {
	var b strings.Builder
	for i, hint := range step.Hints {
		state := ""
		if i < tally.Hints[step.ID] {
			state = i18n.Text{KO: "  (이미 보았습니다)", EN: "  (seen)"}.In(e.Lang)
		}
		fmt.Fprintf(&b, i18n.Text{KO: "[%s] 힌트 %d: %d점%s\n", EN: "[%s] hint %d: %d points%s\n"}.In(e.Lang), step.ID, i+1, hint.Cost, state)
	}
	if step.Solution != nil {
		fmt.Fprintf(&b, i18n.Text{KO: "[%s] 풀이: %d점\n", EN: "[%s] solution: %d points\n"}.In(e.Lang), step.ID, step.Solution.Cost)
	}
	_, err := fmt.Fprint(e.Stdout, b.String())
	return err
}
