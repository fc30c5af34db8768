package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/labctl-dev/labctl/internal/cli/env"
	"github.com/labctl-dev/labctl/internal/cli/face"
	"github.com/labctl-dev/labctl/internal/cli/manual"
	"github.com/labctl-dev/labctl/internal/i18n"
	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/provision"
)

type hereOptions struct {
	env *env.Env
}

// newHere is `labctl` itself.
func newHere(e *env.Env, runF func(context.Context, *hereOptions) error) *cobra.Command {
	opts := &hereOptions{env: e}
	command := &cobra.Command{
		Use:  "labctl",
		Args: noArgs(e),
		RunE: func(command *cobra.Command, _ []string) error {
			if runF != nil {
				return runF(command.Context(), opts)
			}
			return runHere(command.Context(), opts)
		},
	}
	return manual.Page{
		Short: i18n.Text{KO: "쿠버네티스 실습 환경과 길잡이", EN: "A Kubernetes lab, and a companion to learn on it"},
		Long: i18n.Text{
			KO: "labctl은 내 컴퓨터에 노드 네 대짜리 쿠버네티스 실습 환경을 만들고, 단원을 하나씩 따라가며 확인해 줍니다.\n명령 없이 `labctl` 만 실행하면 지금 상태와 다음에 입력할 명령을 알려 줍니다.",
			EN: "labctl builds a four-node Kubernetes lab on this computer and teaches on it, checking every step.\nWithout a command it says where you are and what to type next.",
		},
		Example: "labctl up\nlabctl status\nlabctl kubectl get nodes",
		Exits:   []reason.Exit{reason.DataErr, reason.Config},
	}.Apply(command, e.Lang)
}

// here is the JSON form of where the learner is.
type here struct {
	Lab   string             `json:"lab"`
	State provision.LabState `json:"state"`
	Next  []string           `json:"next"` // commands to type
}

func runHere(ctx context.Context, opts *hereOptions) error {
	lab, provider, err := current(opts.env)
	if err != nil {
		return err
	}
	status, err := provider.Status(ctx, lab)
	if err != nil {
		return fmt.Errorf("asking for the lab's status: %w", err)
	}
	at := here{Lab: lab.Name, State: status.State, Next: next(opts.env, status)}
	if opts.env.JSON {
		return face.Line(opts.env.Stdout, "result", at)
	}
	out := opts.env.Stdout
	_, _ = fmt.Fprintf(out, "%s\n", stateLine(opts.env, status))
	sayNext(opts.env, at.Next)
	_, err = fmt.Fprintln(out, i18n.Text{KO: "모든 명령: labctl help", EN: "All commands: labctl help"}.In(opts.env.Lang))
	return err
}

// next lists what a learner would type in that state, the likeliest first.
func next(e *env.Env, status provision.Status) []string {
	suffix := ""
	if e.LabName != "" && e.LabName != "default" {
		suffix = " --lab " + e.LabName
	}
	switch status.State {
	case provision.Ready:
		return []string{"labctl shell" + suffix, "labctl course list"}
	case provision.Starting:
		return []string{"labctl status --watch" + suffix, "labctl up" + suffix}
	default:
		return []string{"labctl up" + suffix}
	}
}

func sayNext(e *env.Env, commands []string) {
	label := i18n.Text{KO: "다음: ", EN: "Next: "}.In(e.Lang)
	for _, command := range commands {
		_, _ = fmt.Fprintf(e.Stdout, "%s%s\n", label, command)
	}
}

func stateLine(e *env.Env, status provision.Status) string {
	kind := ""
	if status.Provider != "" && status.State != provision.Absent {
		kind = " (" + status.Provider + ")"
	}
	format := i18n.Text{KO: "실습 환경 %s%s: %s", EN: "Lab %s%s: %s"}.In(e.Lang)
	return fmt.Sprintf(format, status.Lab, kind, stateWords(status.State).In(e.Lang))
}

func stateWords(state provision.LabState) i18n.Text {
	switch state {
	case provision.Ready:
		return i18n.Text{KO: "준비되었습니다", EN: "ready"}
	case provision.Starting:
		return i18n.Text{KO: "켜지는 중입니다", EN: "starting"}
	case provision.Stopped:
		return i18n.Text{KO: "꺼져 있습니다 (데이터는 그대로 있습니다)", EN: "stopped (its data is kept)"}
	case provision.Degraded:
		return i18n.Text{KO: "켜져 있지만 일부가 동작하지 않습니다", EN: "running, but a part of it is not"}
	default:
		return i18n.Text{KO: "아직 없습니다", EN: "not made yet"}
	}
}
