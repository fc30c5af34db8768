package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/labctl-dev/labctl/internal/cli/env"
	"github.com/labctl-dev/labctl/internal/cli/learn"
	"github.com/labctl-dev/labctl/provision"
)

// learnCommands are the commands of the course, on the lab the user means.
func learnCommands(e *env.Env) []*cobra.Command {
	return learn.Commands(e, labInUse{env: e})
}

// labInUse is learn.LabAccess for the lab of --lab.
type labInUse struct {
	env *env.Env
}

// Access returns how to reach the lab.
func (l labInUse) Access(ctx context.Context) (provision.Access, error) {
	_, way, err := access(ctx, l.env, "check")
	return way, err
}

// Abilities lists what the lab can do.
func (l labInUse) Abilities() ([]provision.Ability, error) {
	_, provider, err := current(l.env)
	if err != nil {
		return nil, err
	}
	return provider.Abilities(), nil
}

// KubectlArgv is the kubectl that comes with labctl.
func (l labInUse) KubectlArgv() ([]string, error) {
	binary, err := plane(l.env)
	if err != nil {
		return nil, err
	}
	return []string{binary, "kubectl"}, nil
}
