package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/labctl-dev/labctl/internal/cli/env"
	"github.com/labctl-dev/labctl/internal/cli/manual"
	"github.com/labctl-dev/labctl/internal/i18n"
	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/provision"
)

type logsOptions struct {
	env       *env.Env
	component string
	follow    bool
}

func newLogs(e *env.Env, runF func(context.Context, *logsOptions) error) *cobra.Command {
	opts := &logsOptions{env: e}
	command := &cobra.Command{
		Use:               "logs COMPONENT",
		Args:              oneArg(e, "COMPONENT"),
		ValidArgsFunction: completeComponents(e),
		RunE: func(command *cobra.Command, args []string) error {
			opts.component = args[0]
			if runF != nil {
				return runF(command.Context(), opts)
			}
			return runLogs(command.Context(), opts)
		},
	}
	command.Flags().BoolVarP(&opts.follow, "follow", "f", false, i18n.Text{KO: "새로 쌓이는 줄을 계속 보여 줍니다 (Ctrl-C로 끝냄)", EN: "go on with new lines until Ctrl-C"}.In(e.Lang))
	return manual.Page{
		Short: i18n.Text{KO: "구성 요소의 로그를 봅니다", EN: "Print the log of a component"},
		Long: i18n.Text{
			KO: "etcd, kube-apiserver, 노드처럼 실습 환경을 이루는 프로세스의 로그를 출력합니다. 파드의 로그는 `labctl kubectl logs` 로 봅니다.\n구성 요소의 이름은 `labctl status` 에 있습니다.",
			EN: "Prints the log of one process the lab consists of, such as etcd, kube-apiserver or a node. For a pod's log use `labctl kubectl logs`.\n`labctl status` lists the components.",
		},
		Example: "labctl logs etcd\nlabctl logs kube-apiserver -f",
		Exits:   []reason.Exit{reason.DataErr, reason.NoInput, reason.Config},
	}.Apply(command, e.Lang)
}

func runLogs(ctx context.Context, opts *logsOptions) error {
	lab, provider, err := current(opts.env)
	if err != nil {
		return err
	}
	reader, ok := provider.(provision.LogReader)
	if !ok {
		return reason.New(reason.CannotDo, nil, "provider", provider.Name(), "verb", "logs")
	}
	status, err := provider.Status(ctx, lab)
	if err != nil {
		return fmt.Errorf("asking for the lab's status: %w", err)
	}
	if status.State == provision.Absent {
		return reason.New(reason.LabAbsent, nil, "lab", lab.Name)
	}
	if names := componentNames(status); len(names) > 0 && !slices.Contains(names, opts.component) {
		return reason.New(reason.ComponentUnknown, nil, "lab", lab.Name, "component", opts.component, "known", strings.Join(names, ", "))
	}
	err = reader.Logs(ctx, lab, opts.component, opts.follow, opts.env.Stdout)
	if opts.follow && ctx.Err() != nil {
		return nil //nolint:nilerr // to follow until Ctrl-C is what was asked
	}
	return err
}

func componentNames(status provision.Status) []string {
	names := make([]string, 0, len(status.Components))
	for _, component := range status.Components {
		names = append(names, component.Name)
	}
	return names
}
