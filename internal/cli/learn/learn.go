// Package learn owns the commands about learning: the course, checks, hints,
// answers and grades. It must not judge: it opens the lab, hands it to the
// engine and shows what comes back.
package learn

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/labctl-dev/labctl/internal/cli/env"
	"github.com/labctl-dev/labctl/internal/i18n"
	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/provision"
)

// LabAccess is what the commands need to know about the lab in use.
type LabAccess interface {
	// Access returns how to reach the lab, or reason LAB_NOT_RUNNING or LAB_ABSENT.
	Access(ctx context.Context) (provision.Access, error)
	// Abilities lists what the lab can do.
	Abilities() ([]provision.Ability, error)
	// KubectlArgv returns the absolute path of a program and the arguments that
	// make it kubectl.
	KubectlArgv() ([]string, error)
}

// Commands returns the commands of the group "learn".
func Commands(e *env.Env, lab LabAccess) []*cobra.Command {
	return []*cobra.Command{
		newCourse(e, lab), newCheck(e, lab, nil), newAnswer(e, nil), newHint(e, nil), newSolve(e, nil), newGrade(e, lab, nil),
	}
}

// words says in the user's language what the arguments should have been.
func words(e *env.Env, command *cobra.Command, t i18n.Text) error {
	return reason.New(reason.UsageWrong, nil, "detail", t.In(e.Lang), "help", command.CommandPath()+" --help")
}

// args wants between least and most arguments, named by the usage line.
func args(e *env.Env, least, most int) cobra.PositionalArgs {
	return func(command *cobra.Command, given []string) error {
		if len(given) >= least && len(given) <= most {
			return nil
		}
		return words(e, command, i18n.Text{KO: "이렇게 쓰세요: `" + command.UseLine() + "`", EN: "use it as `" + command.UseLine() + "`"})
	}
}
