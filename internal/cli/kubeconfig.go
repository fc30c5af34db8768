package cli

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/labctl-dev/labctl/internal/cli/env"
	"github.com/labctl-dev/labctl/internal/cli/face"
	"github.com/labctl-dev/labctl/internal/cli/manual"
	"github.com/labctl-dev/labctl/internal/i18n"
	"github.com/labctl-dev/labctl/internal/kubeconfig"
	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/provision"
)

type kubeconfigOptions struct {
	env                   *env.Env
	print, merge, unmerge bool
}

func newKubeconfig(e *env.Env, runF func(context.Context, *kubeconfigOptions) error) *cobra.Command {
	opts := &kubeconfigOptions{env: e}
	command := &cobra.Command{
		Use:  "kubeconfig",
		Args: noArgs(e),
		RunE: func(command *cobra.Command, _ []string) error {
			chosen := 0
			for _, flag := range []bool{opts.print, opts.merge, opts.unmerge} {
				if flag {
					chosen++
				}
			}
			if chosen > 1 {
				return usage(e, "kubeconfig", i18n.Text{
					KO: "--print, --merge, --unmerge 가운데 하나만 쓸 수 있습니다", EN: "only one of --print, --merge and --unmerge can be given",
				})
			}
			if runF != nil {
				return runF(command.Context(), opts)
			}
			return runKubeconfig(command.Context(), opts)
		},
	}
	flags := command.Flags()
	flags.BoolVar(&opts.print, "print", false, i18n.Text{KO: "파일의 내용을 출력합니다", EN: "print the content of the file"}.In(e.Lang))
	flags.BoolVar(&opts.merge, "merge", false, i18n.Text{KO: "내 kubeconfig에 이 실습 환경을 넣고 기본으로 삼습니다", EN: "put the lab into your own kubeconfig and make it current"}.In(e.Lang))
	flags.BoolVar(&opts.unmerge, "unmerge", false, i18n.Text{KO: "내 kubeconfig에서 이 실습 환경을 뺍니다", EN: "take the lab out of your own kubeconfig"}.In(e.Lang))
	return manual.Page{
		Short: i18n.Text{KO: "실습 환경의 kubeconfig를 알려 줍니다", EN: "Name, print or merge the lab's kubeconfig"},
		Long: i18n.Text{
			KO: "실습 환경은 자기 kubeconfig 파일을 따로 가집니다. 옵션이 없으면 그 경로를 출력합니다.\n--merge 는 내 kubeconfig에 labctl-이름 항목 하나만 넣고, 바꾸기 전 파일을 옆에 남겨 둡니다. 다른 항목은 건드리지 않습니다.",
			EN: "A lab has a kubeconfig file of its own; without a flag its path is printed.\n--merge puts one entry, labctl-NAME, into your own kubeconfig and keeps a backup beside it. No other entry is touched.",
		},
		Example: "labctl kubeconfig\nlabctl kubeconfig --print\nlabctl kubeconfig --merge\nlabctl kubeconfig --unmerge",
		Exits:   []reason.Exit{reason.DataErr, reason.NoInput, reason.Unavailable, reason.CantCreate, reason.TempFail, reason.Config},
	}.Apply(command, e.Lang)
}

// userKubeconfig is the user's own file; its Path is "" where there is none.
func userKubeconfig(e *env.Env) kubeconfig.File {
	home := e.Getenv("HOME")
	if home == "" {
		home = e.Getenv("USERPROFILE")
	}
	return kubeconfig.File{Path: kubeconfig.Find(e.Getenv("KUBECONFIG"), home, string(e.State)), Now: e.Now}
}

// merged is the JSON form of what --merge and --unmerge did.
type merged struct {
	Path    string `json:"path"`
	Context string `json:"context"`
	Changed bool   `json:"changed"`
	Backup  string `json:"backup,omitempty"`
}

func runKubeconfig(ctx context.Context, opts *kubeconfigOptions) error {
	e := opts.env
	if opts.unmerge {
		return runUnmerge(e)
	}
	lab, way, err := access(ctx, e, "kubeconfig")
	if err != nil {
		return err
	}
	switch {
	case opts.merge:
		return runMerge(e, lab, way.Kubeconfig)
	case opts.print:
		data, err := os.ReadFile(way.Kubeconfig)
		if err != nil {
			return fmt.Errorf("reading the lab's kubeconfig: %w", err)
		}
		_, err = e.Stdout.Write(data)
		return err
	case e.JSON:
		return face.Line(e.Stdout, "result", map[string]string{"lab": lab.Name, "path": way.Kubeconfig})
	}
	_, err = fmt.Fprintln(e.Stdout, way.Kubeconfig)
	return err
}

func runMerge(e *env.Env, lab provision.Lab, source string) error {
	file := userKubeconfig(e)
	if file.Path == "" {
		return noHome(e)
	}
	backup, err := file.Merge(source, lab.Name)
	if err != nil {
		return err
	}
	done := merged{Path: file.Path, Context: kubeconfig.ContextName(lab.Name), Changed: true, Backup: backup}
	if e.JSON {
		return face.Line(e.Stdout, "result", done)
	}
	_, err = fmt.Fprintf(e.Stdout, i18n.Text{KO: "%s 에 %s 을(를) 넣고 기본 컨텍스트로 정했습니다.\n", EN: "%s now holds %[2]s, and it is the current context.\n"}.In(e.Lang), done.Path, done.Context)
	if backup != "" {
		_, _ = fmt.Fprintf(e.Stdout, i18n.Text{KO: "바꾸기 전 파일: %s\n", EN: "The file as it was: %s\n"}.In(e.Lang), backup)
	}
	return err
}

func runUnmerge(e *env.Env) error {
	lab, err := e.Lab()
	if err != nil {
		return err
	}
	file := userKubeconfig(e)
	if file.Path == "" {
		return noHome(e)
	}
	changed, err := file.Unmerge(lab.Name)
	if err != nil {
		return err
	}
	done := merged{Path: file.Path, Context: kubeconfig.ContextName(lab.Name), Changed: changed}
	if e.JSON {
		return face.Line(e.Stdout, "result", done)
	}
	said := i18n.Text{KO: "%s 에는 %s 이(가) 없습니다. 바꾼 것이 없습니다.\n", EN: "%s holds no %s: nothing was changed.\n"}
	if changed {
		said = i18n.Text{KO: "%s 에서 %s 을(를) 뺐습니다.\n", EN: "%[2]s was taken out of %[1]s.\n"}
	}
	_, err = fmt.Fprintf(e.Stdout, said.In(e.Lang), done.Path, done.Context)
	return err
}

func noHome(e *env.Env) error {
	return usage(e, "kubeconfig", i18n.Text{KO: "KUBECONFIG도 HOME도 없어서 내 kubeconfig를 찾을 수 없습니다", EN: "neither KUBECONFIG nor HOME says where your kubeconfig is"})
}
