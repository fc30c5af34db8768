package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/labctl-dev/labctl/internal/cli/env"
	"github.com/labctl-dev/labctl/internal/cli/manual"
	"github.com/labctl-dev/labctl/internal/cli/program"
	"github.com/labctl-dev/labctl/internal/i18n"
	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/provision"
)

type kubectlOptions struct {
	env  *env.Env
	args []string // exactly as typed after `kubectl`
}

func newKubectl(e *env.Env, runF func(context.Context, *kubectlOptions) error) *cobra.Command {
	opts := &kubectlOptions{env: e}
	command := &cobra.Command{
		Use:                "kubectl [ARGS...]",
		DisableFlagParsing: true,
		RunE: func(command *cobra.Command, args []string) error {
			opts.args = args
			if runF != nil {
				return runF(command.Context(), opts)
			}
			return runKubectl(command.Context(), opts)
		},
	}
	return manual.Page{
		Short: i18n.Text{KO: "이 실습 환경에 kubectl을 실행합니다", EN: "Run kubectl against the lab"},
		Long: i18n.Text{
			KO: "함께 들어 있는 kubectl을 이 실습 환경의 kubeconfig로 실행합니다. `kubectl` 뒤에 쓴 것은 모두 그대로 kubectl에 전달되므로,\nlabctl의 옵션은 `kubectl` 앞에 씁니다: `labctl --lab exam kubectl get pods`.\n종료 코드는 kubectl의 것입니다.",
			EN: "Runs the kubectl that comes with labctl on the lab's kubeconfig. All that follows `kubectl` is passed on untouched,\nso labctl's own flags stand before it: `labctl --lab exam kubectl get pods`.\nThe exit code is kubectl's.",
		},
		Example: "labctl kubectl get nodes\nlabctl --lab exam kubectl get pods -A",
		Exits:   []reason.Exit{reason.NoInput, reason.Unavailable},
	}.Apply(command, e.Lang)
}

func runKubectl(ctx context.Context, opts *kubectlOptions) error {
	e := opts.env
	binary, err := plane(e)
	if err != nil {
		return err
	}
	spec := program.Spec{Path: binary, Args: append([]string{"kubectl"}, opts.args...), Env: e.Environ()}
	if !needsNoLab(opts.args) {
		_, way, err := access(ctx, e, "kubectl")
		if err != nil {
			return err
		}
		spec.Env = withAccess(spec.Env, way)
	}
	e.Log.Debug("kubectl", "binary", binary)
	return program.Become(ctx, spec)
}

// needsNoLab says that kubectl only tells about itself.
func needsNoLab(args []string) bool {
	if len(args) == 0 {
		return true
	}
	switch args[0] {
	case "help", "--help", "-h", "completion", "options":
		return true
	case "version":
		for _, arg := range args[1:] {
			if arg == "--client" || arg == "--client=true" {
				return true
			}
		}
	}
	return false
}

// withAccess points kubectl to the lab, and its cache into the lab's directory:
// below the user's home it would stay behind.
func withAccess(environ []string, way provision.Access) []string {
	kept := make([]string, 0, len(environ)+2)
	for _, entry := range environ {
		if !strings.HasPrefix(entry, "KUBECONFIG=") && (way.CacheDir == "" || !strings.HasPrefix(entry, "KUBECACHEDIR=")) {
			kept = append(kept, entry)
		}
	}
	kept = append(kept, "KUBECONFIG="+way.Kubeconfig)
	if way.CacheDir != "" {
		kept = append(kept, "KUBECACHEDIR="+way.CacheDir)
	}
	return kept
}
