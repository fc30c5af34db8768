package cli

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/labctl-dev/labctl/internal/cli/env"
	"github.com/labctl-dev/labctl/internal/cli/manual"
	"github.com/labctl-dev/labctl/internal/i18n"
)

const (
	outputText = "text"
	outputJSON = "json"

	groupLab   = "lab"
	groupLearn = "learn"
	groupMore  = "more"

	// stateless marks commands that work without a place for labctl's files.
	stateless = "labctl/stateless"
)

// newRoot builds the whole tree. Constructors only build: what is heavy is
// made when a command runs.
func newRoot(e *env.Env, args []string) *cobra.Command {
	root := newHere(e, nil)
	root.TraverseChildren = true // flags before `kubectl` are ours, flags after it are not
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetIn(e.Stdin)
	root.SetOut(e.Stdout)
	root.SetErr(e.Stderr)
	root.AddGroup(
		&cobra.Group{ID: groupLab, Title: i18n.Text{KO: "실습 환경", EN: "THE LAB"}.In(e.Lang)},
		&cobra.Group{ID: groupLearn, Title: i18n.Text{KO: "학습", EN: "LEARNING"}.In(e.Lang)},
		&cobra.Group{ID: groupMore, Title: i18n.Text{KO: "그 밖의 명령", EN: "MORE"}.In(e.Lang)},
	)
	add(root, groupLab, newUp(e, nil), newDown(e, nil), newDestroy(e, nil), newStatus(e, nil),
		newKubeconfig(e, nil), newLogs(e, nil), newKubectl(e, nil), newShell(e, nil))
	add(root, groupLearn, learnCommands(e)...)
	add(root, groupMore, newVersion(e, nil), newCompletion(e), newHelp(e))
	root.AddCommand(newDocs(e))
	root.AddCommand(topics(e)...)
	root.SetFlagErrorFunc(rootFlagError(e, args))
	root.SetHelpFunc(func(command *cobra.Command, _ []string) {
		_ = manual.Write(e.Stdout, command, e.Lang)
	})
	globalFlags(root, e)
	eachCommand(root, func(command *cobra.Command) {
		command.InitDefaultHelpFlag()
		if help := command.Flags().Lookup("help"); help != nil {
			help.Usage = i18n.Text{KO: "도움말을 봅니다", EN: "show this help"}.In(e.Lang)
		}
	})
	return root
}

func add(root *cobra.Command, group string, commands ...*cobra.Command) {
	for _, command := range commands {
		command.GroupID = group
		root.AddCommand(command)
	}
}

func eachCommand(command *cobra.Command, visit func(*cobra.Command)) {
	visit(command)
	for _, child := range command.Commands() {
		eachCommand(child, visit)
	}
}

// globalFlags defines the flags of every command and applies them before any runs.
func globalFlags(root *cobra.Command, e *env.Env) {
	var language, output, level string
	var noColor bool
	flags := root.PersistentFlags()
	flags.StringVar(&e.LabName, "lab", e.LabName, i18n.Text{KO: "실습 환경의 `이름`", EN: "`NAME` of the lab"}.In(e.Lang))
	flags.StringVar(&language, "lang", string(e.Lang), i18n.Text{KO: "말하는 `언어`: ko, en", EN: "`LANGUAGE` to speak: ko, en"}.In(e.Lang))
	flags.StringVarP(&output, "output", "o", outputText, i18n.Text{KO: "출력 `형식`: text, json", EN: "`FORMAT` of the output: text, json"}.In(e.Lang))
	flags.BoolVar(&noColor, "no-color", false, i18n.Text{KO: "색을 쓰지 않습니다", EN: "use no colour"}.In(e.Lang))
	flags.StringVar(&level, "log-level", "info",
		i18n.Text{KO: "기록 파일의 `수준`: debug, info, warn, error", EN: "`LEVEL` of the log file: debug, info, warn, error"}.In(e.Lang))
	// With TraverseChildren cobra looks these up before it merges them.
	root.Flags().AddFlagSet(flags)
	root.PersistentPreRunE = func(command *cobra.Command, _ []string) error {
		switch {
		case !slices.Contains([]string{"ko", "en"}, language):
			return badChoice(e, command, "lang", language, "ko, en")
		case output != outputText && output != outputJSON:
			return badChoice(e, command, "output", output, "text, json")
		case !slices.Contains([]string{"debug", "info", "warn", "error"}, level):
			return badChoice(e, command, "log-level", level, "debug, info, warn, error")
		}
		e.JSON = e.JSON || output == outputJSON
		e.Color = e.Color && !noColor
		if e.StateErr != nil && command.Annotations[stateless] == "" {
			return e.StateErr
		}
		return nil
	}
	completeFlags(root, e)
}

func badChoice(e *env.Env, command *cobra.Command, flag, value, known string) error {
	return usage(e, helpName(command), i18n.Text{
		KO: "`--%s` 옵션에 `%s` 은(는) 쓸 수 없습니다 (쓸 수 있는 값: %s)",
		EN: "the flag `--%s` cannot be `%s` (choose from %s)",
	}, flag, value, known)
}

// rootFlagError names an unknown command before an unknown flag: in
// `labctl chek 2.1 --watch` it is the command that is wrong.
func rootFlagError(e *env.Env, args []string) func(*cobra.Command, error) error {
	word := flagError(e)
	return func(command *cobra.Command, err error) error {
		if !command.HasParent() && len(args) > 0 && args[0] != "" && args[0][0] != '-' {
			if _, rest, findErr := command.Find(args[:1]); findErr != nil || len(rest) > 0 {
				return unknownCommand(e, command, args[0])
			}
		}
		return word(command, err)
	}
}

func withoutState(command *cobra.Command) *cobra.Command {
	if command.Annotations == nil {
		command.Annotations = map[string]string{}
	}
	command.Annotations[stateless] = "yes"
	return command
}
