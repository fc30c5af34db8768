package cli

import (
	"github.com/spf13/cobra"

	"github.com/labctl-dev/labctl/internal/cli/env"
)

// learnCommands are the commands of the course.
func learnCommands(*env.Env) []*cobra.Command { return nil }
