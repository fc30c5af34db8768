package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/labctl-dev/labctl/internal/cli/env"
	"github.com/labctl-dev/labctl/internal/cli/face"
	"github.com/labctl-dev/labctl/internal/cli/manual"
	"github.com/labctl-dev/labctl/internal/event"
	"github.com/labctl-dev/labctl/internal/i18n"
	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/provision"
)

type upOptions struct {
	env      *env.Env
	provider string        // "" for the lab's own, or the default
	newPorts bool          // forget the remembered ports
	timeout  time.Duration // 0 for the provider's own
}

func newUp(e *env.Env, runF func(context.Context, *upOptions) error) *cobra.Command {
	opts := &upOptions{env: e}
	command := &cobra.Command{
		Use:  "up",
		Args: noArgs(e),
		RunE: func(command *cobra.Command, _ []string) error {
			if opts.timeout < 0 {
				return badChoice(e, command, "timeout", opts.timeout.String(), "> 0")
			}
			if runF != nil {
				return runF(command.Context(), opts)
			}
			return runUp(command.Context(), opts)
		},
	}
	flags := command.Flags()
	flags.StringVar(&opts.provider, "provider", "", i18n.Text{KO: "실습 환경의 `종류`: embedded", EN: "`KIND` of lab: embedded"}.In(e.Lang))
	flags.BoolVar(&opts.newPorts, "new-ports", false, i18n.Text{KO: "쓰던 포트 대신 비어 있는 포트를 새로 고릅니다", EN: "choose other free ports than the lab had"}.In(e.Lang))
	flags.DurationVar(&opts.timeout, "timeout", 5*time.Minute, i18n.Text{KO: "이만큼 지나면 그만 기다리는 `시간`", EN: "`DURATION` after which to stop waiting"}.In(e.Lang))
	return manual.Page{
		Short: i18n.Text{KO: "실습 환경을 만들고 켭니다", EN: "Make the lab and start it"},
		Long: i18n.Text{
			KO: "노드 네 대(m-k8s, w1-k8s, w2-k8s, w3-k8s)짜리 실습 환경을 만들고, 모두 준비될 때까지 기다립니다.\n이미 켜져 있으면 아무것도 바꾸지 않고, 멈췄던 것이면 멈춘 곳부터 이어서 합니다.\n--output json 은 진행 상황을 한 줄에 하나씩 JSON으로 출력합니다.",
			EN: "Makes a lab of four nodes (m-k8s, w1-k8s, w2-k8s, w3-k8s) and waits until all of it is ready.\nA running lab is left as it is; one that was interrupted goes on from there.\nWith --output json progress is printed as one JSON object a line.",
		},
		Example: "labctl up\nlabctl up --lab exam --timeout 5m\nlabctl up --output json",
		Exits:   []reason.Exit{reason.DataErr, reason.NoInput, reason.Unavailable, reason.OSErr, reason.CantCreate, reason.TempFail, reason.Config, reason.Interrupted},
	}.Apply(command, e.Lang)
}

// upResult is the last line of `labctl up --output json`.
type upResult struct {
	Lab        string             `json:"lab"`
	Provider   string             `json:"provider"`
	State      provision.LabState `json:"state"`
	Kubeconfig string             `json:"kubeconfig,omitempty"`
	Next       []string           `json:"next"`
}

func runUp(ctx context.Context, opts *upOptions) error {
	e := opts.env
	e.Up = env.Up{NewPorts: opts.newPorts, Timeout: opts.timeout}
	lab, err := e.Lab()
	if err != nil {
		return err
	}
	provider, err := chooseProvider(ctx, opts, lab)
	if err != nil {
		return err
	}
	limited, cancel := withTimeout(ctx, opts.timeout)
	defer cancel()
	e.Log.Info("up", "lab", lab.Name, "provider", provider.Name())
	err = show(limited, e, "up", lab.Name, func(ctx context.Context, sink event.Sink) error {
		return provider.Up(ctx, lab, provision.DefaultPlan(), sink)
	})
	if err != nil && ctx.Err() == nil && errors.Is(limited.Err(), context.DeadlineExceeded) {
		return reason.New(reason.NotReadyInTime, err, "what", lab.Name, "detail", "--timeout "+opts.timeout.String())
	}
	if err != nil {
		return err
	}
	return sayUp(ctx, e, lab, provider)
}

// chooseProvider keeps a lab's own kind; a new lab gets the one asked for, or
// the default, and is told so.
func chooseProvider(ctx context.Context, opts *upOptions, lab provision.Lab) (provision.Provider, error) {
	e := opts.env
	own := providerOf(lab)
	if opts.provider == "" {
		provider, err := e.Provider(own)
		if err != nil {
			return nil, err
		}
		status, err := provider.Status(ctx, lab)
		if err == nil && status.State == provision.Absent && !e.JSON {
			_, _ = fmt.Fprintf(e.Stderr, i18n.Text{
				KO: "`%s` 실습 환경을 만듭니다. 종류를 직접 정하려면 --provider 를 쓰세요.\n",
				EN: "Making a lab of the kind `%s`; --provider chooses another.\n",
			}.In(e.Lang), provider.Name())
		}
		return provider, nil
	}
	provider, err := e.Provider(opts.provider)
	if err != nil {
		return nil, err
	}
	if status, err := provider.Status(ctx, lab); err == nil && status.State != provision.Absent && own != opts.provider {
		return nil, usage(e, "up", i18n.Text{
			KO: "실습 환경 `%s` 은(는) 이미 `%s` 종류로 만들어져 있습니다", EN: "the lab `%s` exists already, and is of the kind `%s`",
		}, lab.Name, own)
	}
	return provider, nil
}

func withTimeout(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	if limit == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, limit)
}

func sayUp(ctx context.Context, e *env.Env, lab provision.Lab, provider provision.Provider) error {
	status, err := provider.Status(ctx, lab)
	if err != nil {
		return fmt.Errorf("asking for the lab's status: %w", err)
	}
	result := upResult{Lab: lab.Name, Provider: provider.Name(), State: status.State, Next: next(e, status)}
	if accessor, ok := provider.(provision.Accessor); ok {
		if way, err := accessor.Access(ctx, lab); err == nil {
			result.Kubeconfig = way.Kubeconfig
		}
	}
	if e.JSON {
		return face.Line(e.Stdout, "result", result)
	}
	_, err = fmt.Fprintf(e.Stdout, i18n.Text{KO: "%s. 노드 %d대, 쿠버네티스 %s\n", EN: "%s: %d nodes, Kubernetes %s\n"}.In(e.Lang),
		stateLine(e, status), len(status.Plan.Nodes), status.Plan.Kubernetes)
	sayNext(e, result.Next)
	return err
}
