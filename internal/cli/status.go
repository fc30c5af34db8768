package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/spf13/cobra"

	"github.com/labctl-dev/labctl/internal/cli/env"
	"github.com/labctl-dev/labctl/internal/cli/manual"
	"github.com/labctl-dev/labctl/internal/i18n"
	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/provision"
)

type statusOptions struct {
	env   *env.Env
	all   bool
	watch bool
	every time.Duration // between two looks while watching
}

func newStatus(e *env.Env, runF func(context.Context, *statusOptions) error) *cobra.Command {
	opts := &statusOptions{env: e, every: time.Second}
	command := &cobra.Command{
		Use:  "status",
		Args: noArgs(e),
		RunE: func(command *cobra.Command, _ []string) error {
			if runF != nil {
				return runF(command.Context(), opts)
			}
			return runStatus(command.Context(), opts)
		},
	}
	flags := command.Flags()
	flags.BoolVar(&e.JSON, "json", e.JSON, i18n.Text{KO: "--output json 과 같습니다", EN: "the same as --output json"}.In(e.Lang))
	flags.BoolVar(&opts.all, "all", false, i18n.Text{KO: "모든 실습 환경을 봅니다", EN: "show every lab"}.In(e.Lang))
	flags.BoolVarP(&opts.watch, "watch", "w", false, i18n.Text{KO: "바뀔 때마다 다시 보여 줍니다 (Ctrl-C로 끝냄)", EN: "show it again whenever it changes, until Ctrl-C"}.In(e.Lang))
	return manual.Page{
		Short: i18n.Text{KO: "실습 환경의 상태를 봅니다", EN: "Show the state of the lab"},
		Long: i18n.Text{
			KO: "실습 환경과 그 구성 요소의 상태, 다시 시작한 횟수, 마지막 문제를 보여 줍니다. 실습 환경이 꺼져 있거나 없어도 오류가 아닙니다.",
			EN: "Shows the lab, its components, how often each was restarted and its last problem. A lab that is stopped or absent is no error.",
		},
		Example: "labctl status\nlabctl status --json\nlabctl status --all",
		Exits:   []reason.Exit{reason.DataErr, reason.Config},
	}.Apply(command, e.Lang)
}

func runStatus(ctx context.Context, opts *statusOptions) error {
	shown, err := look(ctx, opts)
	if err != nil {
		return err
	}
	if err := sayStatus(opts, shown, false); err != nil || !opts.watch {
		return err
	}
	ticker := time.NewTicker(opts.every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil // to watch until Ctrl-C is what was asked
		case <-ticker.C:
		}
		fresh, err := look(ctx, opts)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			return err
		case reflect.DeepEqual(shown, fresh):
			continue
		}
		shown = fresh
		if err := sayStatus(opts, shown, true); err != nil {
			return err
		}
	}
}

// look asks for the status of the lab meant, or of all.
func look(ctx context.Context, opts *statusOptions) ([]provision.Status, error) {
	names := []string{opts.env.LabName}
	if opts.all {
		found, err := known(opts.env)
		if err != nil {
			return nil, err
		}
		names = found
	}
	seen := make([]provision.Status, 0, len(names))
	for _, name := range names {
		lab, err := opts.env.State.Lab(name)
		if err != nil {
			return nil, err
		}
		provider, err := opts.env.Provider(providerOf(lab))
		if err != nil {
			return nil, err
		}
		status, err := provider.Status(ctx, lab)
		if err != nil {
			return nil, fmt.Errorf("asking for the status of %s: %w", name, err)
		}
		if status.Components == nil {
			status.Components = []provision.ComponentStatus{} // a list in JSON, always
		}
		seen = append(seen, status)
	}
	return seen, nil
}

// sayStatus prints one lab as one document, all of them as {"labs":[…]}.
func sayStatus(opts *statusOptions, seen []provision.Status, again bool) error {
	e := opts.env
	if !e.JSON {
		text := statusText(e, seen, opts.all)
		switch {
		case e.StdoutTTY && opts.watch:
			text = "\x1b[H\x1b[2J" + text // home and clear: the same place every time
		case again:
			text = "\n" + text
		}
		_, err := fmt.Fprint(e.Stdout, text)
		return err
	}
	var document any = map[string]any{"labs": seen}
	if !opts.all {
		document = seen[0]
	}
	encoder := json.NewEncoder(e.Stdout)
	if !opts.watch {
		encoder.SetIndent("", "  ")
	}
	if err := encoder.Encode(document); err != nil {
		return fmt.Errorf("writing the status: %w", err)
	}
	return nil
}
