package cli

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/labctl-dev/labctl/internal/buildinfo"
	"github.com/labctl-dev/labctl/internal/cli/env"
	"github.com/labctl-dev/labctl/internal/cli/manual"
	"github.com/labctl-dev/labctl/internal/i18n"
)

type versionOptions struct {
	env *env.Env
}

func newVersion(e *env.Env, runF func(context.Context, *versionOptions) error) *cobra.Command {
	opts := &versionOptions{env: e}
	command := &cobra.Command{
		Use:  "version",
		Args: noArgs(e),
		RunE: func(command *cobra.Command, _ []string) error {
			if runF != nil {
				return runF(command.Context(), opts)
			}
			return runVersion(command.Context(), opts)
		},
	}
	command.Flags().BoolVar(&e.JSON, "json", e.JSON, i18n.Text{KO: "--output json 과 같습니다", EN: "the same as --output json"}.In(e.Lang))
	return withoutState(manual.Page{
		Short:   i18n.Text{KO: "labctl의 버전을 봅니다", EN: "Show the version of labctl"},
		Long:    i18n.Text{KO: "labctl의 버전과, 이 labctl이 만드는 쿠버네티스의 버전을 출력합니다.", EN: "Prints the version of labctl and of the Kubernetes it builds labs with."},
		Example: "labctl version\nlabctl version --json",
	}.Apply(command, e.Lang))
}

func runVersion(_ context.Context, opts *versionOptions) error {
	info := buildinfo.Read()
	if opts.env.JSON {
		encoder := json.NewEncoder(opts.env.Stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(info)
	}
	commit := ""
	if info.Commit != "" {
		commit = " (" + info.Commit[:min(12, len(info.Commit))] + ")"
	}
	_, err := fmt.Fprintf(opts.env.Stdout, "labctl %s%s\nkubernetes %s\n%s %s\n", info.Version, commit, info.Kubernetes, info.Go, info.Platform)
	return err
}
