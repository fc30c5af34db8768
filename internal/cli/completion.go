package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/labctl-dev/labctl/internal/cli/env"
	"github.com/labctl-dev/labctl/internal/cli/manual"
	"github.com/labctl-dev/labctl/internal/i18n"
)

// newCompletion prints a completion script; what it completes is asked of the
// running labctl, so names of labs and components are never stale.
func newCompletion(e *env.Env) *cobra.Command {
	scripts := []string{"bash", "zsh", "fish", "powershell"}
	command := &cobra.Command{
		Use:               "completion SHELL",
		Args:              oneArg(e, "SHELL ("+strings.Join(scripts, ", ")+")"),
		ValidArgsFunction: cobra.FixedCompletions(scripts, cobra.ShellCompDirectiveNoFileComp),
		RunE: func(command *cobra.Command, args []string) error {
			root := command.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(e.Stdout, true)
			case "zsh":
				return root.GenZshCompletion(e.Stdout)
			case "fish":
				return root.GenFishCompletion(e.Stdout, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(e.Stdout)
			}
			return usage(e, "completion", i18n.Text{
				KO: "`%s` 용 자동 완성은 없습니다 (쓸 수 있는 값: %s)", EN: "there is no completion for `%s` (choose from %s)",
			}, args[0], strings.Join(scripts, ", "))
		},
	}
	return withoutState(manual.Page{
		Short: i18n.Text{KO: "셸의 자동 완성 스크립트를 출력합니다", EN: "Print a completion script for a shell"},
		Long: i18n.Text{
			KO: "출력한 스크립트를 셸이 읽게 하면 명령, 옵션, 실습 환경과 구성 요소의 이름을 Tab 키로 채울 수 있습니다.",
			EN: "Have your shell read the script to complete commands, flags and the names of labs and components with Tab.",
		},
		Example: "labctl completion bash\nlabctl completion zsh",
	}.Apply(command, e.Lang))
}

// completeFlags completes the values of the global flags.
func completeFlags(root *cobra.Command, e *env.Env) {
	fixed := map[string][]string{
		"lang": {"ko", "en"}, "output": {outputText, outputJSON}, "log-level": {"debug", "info", "warn", "error"},
	}
	for flag, values := range fixed {
		_ = root.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	}
	_ = root.RegisterFlagCompletionFunc("lab", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		names, err := known(e)
		if err != nil || e.StateErr != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	})
	eachCommand(root, func(command *cobra.Command) {
		switch {
		case command.Flags().Lookup("shell") != nil:
			_ = command.RegisterFlagCompletionFunc("shell", cobra.FixedCompletions(strings.Split(kinds(" "), " "), cobra.ShellCompDirectiveNoFileComp))
		case command.Flags().Lookup("provider") != nil:
			_ = command.RegisterFlagCompletionFunc("provider", cobra.FixedCompletions(providerNames(), cobra.ShellCompDirectiveNoFileComp))
		}
	})
}

// completeComponents completes the one component of `labctl logs`.
func completeComponents(e *env.Env) cobra.CompletionFunc {
	return func(command *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 || e.StateErr != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		ctx := command.Context()
		if ctx == nil {
			ctx = context.Background()
		}
		lab, provider, err := current(e)
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		status, err := provider.Status(ctx, lab)
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		return slices.Sorted(slices.Values(componentNames(status))), cobra.ShellCompDirectiveNoFileComp
	}
}
