package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/labctl-dev/labctl/internal/cli/env"
	"github.com/labctl-dev/labctl/internal/cli/face"
	"github.com/labctl-dev/labctl/internal/cli/manual"
	"github.com/labctl-dev/labctl/internal/event"
	"github.com/labctl-dev/labctl/internal/i18n"
	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/provision"
)

type downOptions struct {
	env *env.Env
}

func newDown(e *env.Env, runF func(context.Context, *downOptions) error) *cobra.Command {
	opts := &downOptions{env: e}
	command := &cobra.Command{
		Use:  "down",
		Args: noArgs(e),
		RunE: func(command *cobra.Command, _ []string) error {
			if runF != nil {
				return runF(command.Context(), opts)
			}
			return runDown(command.Context(), opts)
		},
	}
	return manual.Page{
		Short: i18n.Text{KO: "실습 환경을 끕니다 (데이터는 남습니다)", EN: "Stop the lab and keep its data"},
		Long: i18n.Text{
			KO: "실습 환경의 모든 프로세스를 끝냅니다. 만든 파드와 설정은 그대로 남아서, `labctl up` 을 하면 다시 이어집니다.\n꺼져 있거나 없는 실습 환경에는 아무 일도 하지 않습니다.",
			EN: "Ends every process of the lab. What you made in it stays, and `labctl up` brings it back.\nA lab that is stopped or absent is left as it is.",
		},
		Example: "labctl down\nlabctl down --lab exam",
		Exits:   []reason.Exit{reason.DataErr, reason.Unavailable, reason.OSErr, reason.TempFail, reason.Config, reason.Interrupted},
	}.Apply(command, e.Lang)
}

// ended is the last line of `labctl down` and `labctl destroy` as JSON.
type ended struct {
	Lab   string             `json:"lab"`
	State provision.LabState `json:"state"`
}

func runDown(ctx context.Context, opts *downOptions) error {
	e := opts.env
	lab, provider, err := current(e)
	if err != nil {
		return err
	}
	e.Log.Info("down", "lab", lab.Name, "provider", provider.Name())
	err = show(ctx, e, "down", lab.Name, func(ctx context.Context, sink event.Sink) error {
		return provider.Down(ctx, lab, sink)
	})
	if err != nil {
		return err
	}
	status, err := provider.Status(ctx, lab)
	if err != nil {
		return fmt.Errorf("asking for the lab's status: %w", err)
	}
	if e.JSON {
		return face.Line(e.Stdout, "result", ended{Lab: lab.Name, State: status.State})
	}
	_, err = fmt.Fprintln(e.Stdout, stateLine(e, status))
	sayNext(e, next(e, status))
	return err
}
