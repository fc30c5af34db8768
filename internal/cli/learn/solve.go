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

type solveOptions struct {
	env          *env.Env
	lesson, step string
}

func newSolve(e *env.Env, runF func(context.Context, *solveOptions) error) *cobra.Command {
	opts := &solveOptions{env: e}
	command := &cobra.Command{
		Use:  "solve LESSON",
		Args: args(e, 1, 1),
		RunE: func(command *cobra.Command, given []string) error {
			opts.lesson = given[0]
			if runF != nil {
				return runF(command.Context(), opts)
			}
			return runSolve(command.Context(), opts)
		},
	}
	command.Flags().StringVar(&opts.step, "step", "", i18n.Text{KO: "풀이를 볼 `단계` (없으면 아직 통과하지 못한 첫 단계)", EN: "`STEP` to solve (the first that has not passed)"}.In(e.Lang))
	return manual.Page{
		Short: i18n.Text{KO: "단계의 풀이와 설명을 봅니다", EN: "Show a step's solution and why it works"},
		Long: i18n.Text{
			KO: "막힌 단계를 푸는 명령과 그 이유를 보여 줍니다. 실행하지는 않으니 직접 따라 해 보세요.\n값은 `labctl hint LESSON --list` 로 볼 수 있고, 이미 통과한 단계는 무료입니다.",
			EN: "Shows the commands that solve the step you are at, and why they do. It runs nothing: try them yourself.\n`labctl hint LESSON --list` shows the price; a step that has passed is free.",
		},
		Example: "labctl solve 2.1\nlabctl solve 2.1 --step ip",
		Exits:   []reason.Exit{reason.NoInput, reason.CantCreate},
	}.Apply(command, e.Lang)
}

func runSolve(_ context.Context, opts *solveOptions) error {
	at, err := whereabouts(opts.env, opts.lesson, opts.step)
	if err != nil {
		return err
	}
	lesson, step, tally := at.lesson, at.step, at.tally
	text, err := solution(lesson, step)
	if err != nil {
		return err
	}
	cost := 0
	if step.Solution != nil && !passed(step, tally) {
		cost = step.Solution.Cost
	}
	if err := at.log.Append(progress.Entry{Kind: progress.Solution, Lesson: lesson.ID, Step: step.ID, Points: cost}); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(opts.env.Stderr, i18n.Text{KO: "[%s] 풀이, %d점\n", EN: "[%s] solution, %d points\n"}.In(opts.env.Lang), step.ID, cost); err != nil {
		return fmt.Errorf("writing the price: %w", err)
	}
	if step.Done != nil {
		done, _ := lesson.Message(step.Done.Say)
		text += "\n" + done.In(opts.env.Lang) + "\n"
	}
	_, err = fmt.Fprint(opts.env.Stdout, text)
	return err
}

// solution is the part of the step's script between its "# step: ID" line and
// the next one.
func solution(lesson *course.Lesson, step *course.Step) (string, error) {
	if step.Solution == nil {
		return "", reason.New(reason.HintsUsedUp, nil, "lesson", lesson.ID, "step", step.ID)
	}
	data, err := lesson.File(step.Solution.Show)
	if err != nil {
		return "", fmt.Errorf("reading the solution: %w", err)
	}
	var part []string
	inside := false
	for line := range strings.SplitSeq(string(data), "\n") {
		if name, ok := strings.CutPrefix(line, "# step: "); ok {
			inside = strings.TrimSpace(name) == step.ID
			continue
		}
		if inside {
			part = append(part, line)
		}
	}
	if len(part) == 0 {
		return string(data), nil
	}
	return strings.TrimSpace(strings.Join(part, "\n")) + "\n", nil
}
