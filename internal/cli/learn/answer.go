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

const maxAnswer = 1024 // bytes

type answerOptions struct {
	env                 *env.Env
	lesson, step, value string
}

func newAnswer(e *env.Env, runF func(context.Context, *answerOptions) error) *cobra.Command {
	opts := &answerOptions{env: e}
	command := &cobra.Command{
		Use:  "answer LESSON STEP VALUE",
		Args: args(e, 3, 3),
		RunE: func(command *cobra.Command, given []string) error {
			opts.lesson, opts.step, opts.value = given[0], given[1], given[2]
			if strings.TrimSpace(opts.value) == "" || len(opts.value) > maxAnswer {
				return words(e, command, i18n.Text{KO: "답이 비어 있거나 너무 깁니다", EN: "the answer is empty or too long"})
			}
			if runF != nil {
				return runF(command.Context(), opts)
			}
			return runAnswer(command.Context(), opts)
		},
	}
	return manual.Page{
		Short: i18n.Text{KO: "찾아낸 값을 답으로 적습니다", EN: "Hand in a value you found"},
		Long: i18n.Text{
			KO: "답을 묻는 단계의 답을 기록합니다. 맞았는지는 `labctl check` 가 그때의 클러스터와 비교해서 알려 줍니다.\n여러 번 적으면 마지막 답이 남습니다.",
			EN: "Records the answer to a step that asks for one. `labctl check` compares it with the cluster as it is then.\nThe last answer counts.",
		},
		Example: "labctl answer 2.1 ip 172.16.103.130\nlabctl answer 2.1 node w1-k8s",
		Exits:   []reason.Exit{reason.NoInput, reason.CantCreate},
	}.Apply(command, e.Lang)
}

func runAnswer(_ context.Context, opts *answerOptions) error {
	lesson, err := loadLesson(opts.lesson)
	if err != nil {
		return err
	}
	step, err := findStep(lesson, opts.step)
	if err != nil {
		return err
	}
	if !asks(step) {
		return reason.New(reason.StepNotAnswerable, nil, "lesson", lesson.ID, "step", step.ID, "steps", stepNames(lesson, asks))
	}
	err = record(opts.env).Append(progress.Entry{Kind: progress.Answered, Lesson: lesson.ID, Step: step.ID, Value: opts.value})
	if err != nil {
		return err
	}
	text := i18n.Text{
		KO: "답을 적었습니다. `labctl check %s` 으로 확인하세요.\n",
		EN: "Your answer is recorded. See whether it is right with `labctl check %s`.\n",
	}.In(opts.env.Lang)
	_, err = fmt.Fprintf(opts.env.Stderr, text, lesson.ID)
	return err
}

// asks says whether a step wants a typed answer.
func asks(step *course.Step) bool {
	for _, spec := range step.Specs {
		if spec.Verb == "answer" {
			return true
		}
	}
	return false
}
