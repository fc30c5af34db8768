package cli

import (
	"github.com/spf13/cobra"

	"github.com/labctl-dev/labctl/internal/cli/env"
	"github.com/labctl-dev/labctl/internal/i18n"
	"github.com/labctl-dev/labctl/provision/embedded/supervisor"
)

// newSupervise is the hidden command the embedded provider starts in the
// background: the process that keeps a lab's components running.
func newSupervise(e *env.Env) *cobra.Command {
	var dir string
	command := &cobra.Command{
		Use:    "supervise",
		Hidden: true,
		Args:   noArgs(e),
		RunE: func(command *cobra.Command, _ []string) error {
			if dir == "" {
				return usage(e, "supervise", i18n.Text{KO: "`--%s` 옵션에는 값이 필요합니다", EN: "the flag `--%s` needs a value"}, "dir")
			}
			return supervisor.Main(command.Context(), dir)
		},
	}
	command.Flags().StringVar(&dir, "dir", "", "`DIR` of the lab")
	return withoutState(command)
}
