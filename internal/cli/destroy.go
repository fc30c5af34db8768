package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/labctl-dev/labctl/internal/cli/env"
	"github.com/labctl-dev/labctl/internal/cli/face"
	"github.com/labctl-dev/labctl/internal/cli/manual"
	"github.com/labctl-dev/labctl/internal/event"
	"github.com/labctl-dev/labctl/internal/i18n"
	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/provision"
)

type destroyOptions struct {
	env    *env.Env
	yes    bool
	dryRun bool
}

func newDestroy(e *env.Env, runF func(context.Context, *destroyOptions) error) *cobra.Command {
	opts := &destroyOptions{env: e}
	command := &cobra.Command{
		Use:  "destroy",
		Args: noArgs(e),
		RunE: func(command *cobra.Command, _ []string) error {
			if runF != nil {
				return runF(command.Context(), opts)
			}
			return runDestroy(command.Context(), opts)
		},
	}
	command.Flags().BoolVarP(&opts.yes, "yes", "y", false, i18n.Text{KO: "묻지 않고 지웁니다", EN: "remove without asking"}.In(e.Lang))
	command.Flags().BoolVar(&opts.dryRun, "dry-run", false, i18n.Text{KO: "지울 것을 보여 주기만 합니다", EN: "only say what would go"}.In(e.Lang))
	return manual.Page{
		Short: i18n.Text{KO: "실습 환경을 지웁니다", EN: "Remove the lab and all it made"},
		Long: i18n.Text{
			KO: "실습 환경을 끄고, 그 안에서 만든 것과 파일을 모두 지웁니다. 되돌릴 수 없습니다.\n학습 진도와 다른 실습 환경은 건드리지 않습니다. 먼저 무엇이 지워지는지 말하고 묻습니다.",
			EN: "Stops the lab and removes everything made in it, for good.\nYour progress and other labs stay. It says what will go and asks first.",
		},
		Example: "labctl destroy --dry-run\nlabctl destroy --yes",
		Exits:   []reason.Exit{reason.DataErr, reason.OSErr, reason.CantCreate, reason.TempFail, reason.Config, reason.Interrupted},
	}.Apply(command, e.Lang)
}

// doomed lists what will go, for people and as JSON.
type doomed struct {
	Lab        string   `json:"lab"`
	Absent     bool     `json:"absent"`               // there is nothing to remove
	Directory  string   `json:"directory"`            // with everything below it
	Processes  []string `json:"processes"`            // components that run now
	Kubeconfig string   `json:"kubeconfig,omitempty"` // the user's file, which loses the lab's context
}

func runDestroy(ctx context.Context, opts *destroyOptions) error {
	e := opts.env
	lab, provider, err := current(e)
	if err != nil {
		return err
	}
	going := foresee(ctx, e, lab, provider)
	if opts.dryRun {
		return sayDoomed(e, going)
	}
	if going.Absent {
		return sayDestroyed(e, lab)
	}
	if !opts.yes {
		if err := confirm(e, going); err != nil {
			return err
		}
	}
	e.Log.Info("destroy", "lab", lab.Name, "provider", provider.Name())
	err = show(ctx, e, "destroy", lab.Name, func(ctx context.Context, sink event.Sink) error {
		return destroyAll(ctx, e, lab, provider, sink)
	})
	if err != nil {
		return err
	}
	if going.Kubeconfig != "" {
		if _, err := userKubeconfig(e).Unmerge(lab.Name); err != nil {
			return err
		}
	}
	return sayDestroyed(e, lab)
}

// destroyAll removes what the command line put into the lab's directory, then
// lets the provider remove its own.
func destroyAll(ctx context.Context, e *env.Env, lab provision.Lab, provider provision.Provider, sink event.Sink) error {
	if err := os.RemoveAll(shellDir(lab)); err != nil {
		e.Log.Warn("removing shell files", "error", err)
	}
	return provider.Destroy(ctx, lab, sink)
}

// foresee finds out what will go. A lab whose record cannot be read is still
// destroyed: that is the way out the reason LAB_UNREADABLE names.
func foresee(ctx context.Context, e *env.Env, lab provision.Lab, provider provision.Provider) doomed {
	going := doomed{Lab: lab.Name, Directory: lab.Dir, Processes: []string{}}
	status, err := provider.Status(ctx, lab)
	_, statErr := os.Stat(lab.Dir)
	going.Absent = err == nil && status.State == provision.Absent && errors.Is(statErr, os.ErrNotExist)
	for _, component := range status.Components {
		if component.PID != 0 {
			going.Processes = append(going.Processes, component.Name)
		}
	}
	if file := userKubeconfig(e); file.Path != "" && file.Has(lab.Name) {
		going.Kubeconfig = file.Path
	}
	return going
}

func confirm(e *env.Env, going doomed) error {
	if !e.StdinTTY || !e.StderrTTY {
		return reason.New(reason.NeedsYes, nil, "lab", going.Lab)
	}
	_, _ = fmt.Fprint(e.Stderr, doomedText(e, going)+
		i18n.Text{KO: "정말 지울까요? [y/N] ", EN: "Remove it? [y/N] "}.In(e.Lang))
	answer, _ := bufio.NewReader(e.Stdin).ReadString('\n')
	// ㅛ is the y key while the Korean keyboard is on.
	if slices.Contains([]string{"y", "yes", "ㅛ", "예", "네"}, strings.ToLower(strings.TrimSpace(answer))) {
		return nil
	}
	return reason.New(reason.Declined, nil, "lab", going.Lab)
}

func sayDoomed(e *env.Env, going doomed) error {
	if e.JSON {
		return face.Line(e.Stdout, "result", going)
	}
	_, err := fmt.Fprint(e.Stdout, doomedText(e, going))
	return err
}

func doomedText(e *env.Env, going doomed) string {
	if going.Absent {
		return fmt.Sprintf(i18n.Text{KO: "지울 것이 없습니다: 실습 환경 %s 은(는) 없습니다.\n", EN: "Nothing to remove: there is no lab %s.\n"}.In(e.Lang), going.Lab)
	}
	var text strings.Builder
	fmt.Fprintf(&text, i18n.Text{KO: "실습 환경 %s 에서 지워지는 것:\n", EN: "What goes with the lab %s:\n"}.In(e.Lang), going.Lab)
	fmt.Fprintf(&text, i18n.Text{KO: "  폴더와 그 안의 모든 것: %s\n", EN: "  the folder and all in it: %s\n"}.In(e.Lang), going.Directory)
	if len(going.Processes) > 0 {
		fmt.Fprintf(&text, i18n.Text{KO: "  실행 중인 프로세스: %s\n", EN: "  processes that run: %s\n"}.In(e.Lang), strings.Join(going.Processes, ", "))
	}
	if going.Kubeconfig != "" {
		fmt.Fprintf(&text, i18n.Text{KO: "  kubeconfig 항목 labctl-%s: %s\n", EN: "  the kubeconfig entry labctl-%s in %s\n"}.In(e.Lang), going.Lab, going.Kubeconfig)
	}
	return text.String()
}

func sayDestroyed(e *env.Env, lab provision.Lab) error {
	if e.JSON {
		return face.Line(e.Stdout, "result", ended{Lab: lab.Name, State: provision.Absent})
	}
	_, err := fmt.Fprintf(e.Stdout, i18n.Text{KO: "실습 환경 %s 이(가) 없습니다. `labctl up` 으로 다시 만들 수 있습니다.\n", EN: "The lab %s is gone; `labctl up` makes it again.\n"}.In(e.Lang), lab.Name)
	return err
}
