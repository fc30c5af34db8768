package cli

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/labctl-dev/labctl/internal/cli/env"
	"github.com/labctl-dev/labctl/internal/i18n"
)

// flagError words pflag's errors in the user's language, with the nearest flag.
func flagError(e *env.Env) func(*cobra.Command, error) error {
	return func(command *cobra.Command, err error) error {
		if errors.Is(err, pflag.ErrHelp) {
			return err
		}
		help := helpName(command)
		var unknown *pflag.NotExistError
		var valueless *pflag.ValueRequiredError
		var invalid *pflag.InvalidValueError
		switch {
		case errors.As(err, &unknown):
			return unknownFlag(e, command, unknown.GetSpecifiedName())
		case errors.As(err, &valueless):
			return usage(e, help, i18n.Text{KO: "`--%s` 옵션에는 값이 필요합니다", EN: "the flag `--%s` needs a value"}, valueless.GetSpecifiedName())
		case errors.As(err, &invalid):
			return usage(e, help, i18n.Text{KO: "`--%s` 옵션에 `%s` 은(는) 쓸 수 없습니다", EN: "the flag `--%s` cannot be `%s`"},
				invalid.GetFlag().Name, invalid.GetValue())
		}
		return usage(e, help, i18n.Text{KO: "%s", EN: "%s"}, err.Error())
	}
}

func unknownFlag(e *env.Env, command *cobra.Command, name string) error {
	dashes := "--"
	if len(name) == 1 {
		dashes = "-"
	}
	near := nearestFlag(command, name)
	if near == "" {
		return usage(e, helpName(command), i18n.Text{KO: "`%s%s` 이라는 옵션은 없습니다", EN: "there is no flag `%s%s`"}, dashes, name)
	}
	return usage(e, helpName(command), i18n.Text{
		KO: "`%s%s` 이라는 옵션은 없습니다. `--%s` 을(를) 쓰려고 했나요?",
		EN: "there is no flag `%s%s`; did you mean `--%s`?",
	}, dashes, name, near)
}

func nearestFlag(command *cobra.Command, name string) string {
	best, distance := "", 3
	consider := func(flag *pflag.Flag) {
		if d := edits(name, flag.Name); !flag.Hidden && d < distance {
			best, distance = flag.Name, d
		}
	}
	command.Flags().VisitAll(consider)
	command.InheritedFlags().VisitAll(consider)
	return best
}

// unknownCommand names the nearest command.
func unknownCommand(e *env.Env, command *cobra.Command, name string) error {
	near := nearestCommand(command, name)
	if near == "" {
		return usage(e, helpName(command), i18n.Text{KO: "`%s %s` 이라는 명령은 없습니다", EN: "there is no command `%s %s`"}, command.CommandPath(), name)
	}
	return usage(e, helpName(command), i18n.Text{
		KO: "`%s %s` 이라는 명령은 없습니다. `%s` 을(를) 쓰려고 했나요?",
		EN: "there is no command `%s %s`; did you mean `%s`?",
	}, command.CommandPath(), name, near)
}

func nearestCommand(command *cobra.Command, name string) string {
	best, distance := "", 3
	for _, child := range command.Commands() {
		if d := edits(name, child.Name()); child.IsAvailableCommand() && d < distance {
			best, distance = child.Name(), d
		}
	}
	return best
}

// helpName is what follows `labctl help` for a command.
func helpName(command *cobra.Command) string {
	_, name, _ := strings.Cut(command.CommandPath(), " ")
	return name
}

// noArgs refuses arguments, and words an unknown subcommand as one.
func noArgs(e *env.Env) cobra.PositionalArgs {
	return func(command *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		if command.HasSubCommands() {
			return unknownCommand(e, command, args[0])
		}
		return usage(e, helpName(command), i18n.Text{KO: "`%s` 에는 `%s` 같은 인자를 쓰지 않습니다", EN: "`%s` takes no argument such as `%s`"}, command.CommandPath(), args[0])
	}
}

// oneArg wants exactly one argument, called name in the usage line.
func oneArg(e *env.Env, name string) cobra.PositionalArgs {
	return func(command *cobra.Command, args []string) error {
		if len(args) == 1 {
			return nil
		}
		return usage(e, helpName(command), i18n.Text{KO: "`%s` 에는 %s 하나가 필요합니다", EN: "`%s` needs exactly one %s"}, command.CommandPath(), name)
	}
}

// edits is the Levenshtein distance of a and b.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
