package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/labctl-dev/labctl/internal/cli/env"
	"github.com/labctl-dev/labctl/internal/cli/manual"
	"github.com/labctl-dev/labctl/internal/cli/program"
	"github.com/labctl-dev/labctl/internal/cli/shellenv"
	"github.com/labctl-dev/labctl/internal/execx"
	"github.com/labctl-dev/labctl/internal/i18n"
	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/internal/safefile"
	"github.com/labctl-dev/labctl/provision"
)

type shellOptions struct {
	env     *env.Env
	command string // run this and end; "" for an interactive shell
	shell   string // "" for the user's own
}

func newShell(e *env.Env, runF func(context.Context, *shellOptions) error) *cobra.Command {
	opts := &shellOptions{env: e}
	command := &cobra.Command{
		Use:  "shell",
		Args: noArgs(e),
		RunE: func(command *cobra.Command, _ []string) error {
			if runF != nil {
				return runF(command.Context(), opts)
			}
			return runShell(command.Context(), opts)
		},
	}
	command.Flags().StringVarP(&opts.command, "command", "c", "", i18n.Text{KO: "이 `명령` 하나만 실행하고 끝냅니다", EN: "run this one `COMMAND` and end"}.In(e.Lang))
	command.Flags().StringVar(&opts.shell, "shell", "", i18n.Text{KO: "쓸 `셸`: " + kinds(", "), EN: "the `SHELL`: " + kinds(", ")}.In(e.Lang))
	return manual.Page{
		Short: i18n.Text{KO: "실습 환경 안에서 셸을 엽니다", EN: "Open a shell inside the lab"},
		Long: i18n.Text{
			KO: "kubectl이 바로 이 실습 환경에 연결되고, 파드와 서비스 주소로 curl을 할 수 있는 셸을 엽니다.\n내 셸 설정은 그대로 쓰고 프롬프트 앞에 (labctl:이름)만 붙습니다. `exit` 로 나가며, 종료 코드는 셸의 것입니다.",
			EN: "Opens a shell in which kubectl is connected to the lab and curl reaches the addresses of pods and services.\nYour own settings stay; the prompt gets (labctl:NAME) in front. Leave with `exit`; the exit code is the shell's.",
		},
		Example: "labctl shell\nlabctl shell -c \"kubectl get nodes\"\nlabctl shell --shell bash",
		Exits:   []reason.Exit{reason.NoInput, reason.Unavailable, reason.CantCreate},
	}.Apply(command, e.Lang)
}

func runShell(ctx context.Context, opts *shellOptions) error {
	e := opts.env
	kind, path, err := chooseShell(opts)
	if err != nil {
		return err
	}
	binary, err := plane(e)
	if err != nil {
		return err
	}
	self, err := e.Executable()
	if err != nil {
		return fmt.Errorf("finding labctl itself: %w", err)
	}
	lab, way, err := access(ctx, e, "shell")
	if err != nil {
		return err
	}
	launch := shellenv.Plan(shellenv.Input{
		Kind: kind, Command: opts.command, Lab: lab.Name, Dir: shellDir(lab), Environ: e.Environ(), GOOS: runtime.GOOS,
		Labctl: self, Plane: binary, Kubeconfig: way.Kubeconfig, CacheDir: way.CacheDir, ProxyURL: way.ProxyURL,
	})
	if err := writeAll(launch.Files); err != nil {
		return err
	}
	e.Log.Debug("shell", "kind", kind, "path", path)
	return program.Become(ctx, program.Spec{Path: path, Args: launch.Args, Env: launch.Env})
}

// shellDir holds what `labctl shell` puts before its shell; it goes with the lab.
func shellDir(lab provision.Lab) string { return filepath.Join(lab.Dir, "shell") }

// chooseShell takes the shell asked for, else the user's own, else one every
// system has.
func chooseShell(opts *shellOptions) (shellenv.Kind, string, error) {
	e := opts.env
	wanted := opts.shell
	if wanted == "" {
		wanted = e.Getenv("SHELL")
		if _, ok := shellenv.KindOf(wanted); !ok {
			wanted = fallbackShell()
		}
	}
	kind, ok := shellenv.KindOf(wanted)
	if !ok {
		return "", "", reason.New(reason.ShellUnknown, nil, "shell", wanted, "known", kinds(", "))
	}
	names := []string{wanted}
	if kind == shellenv.PowerShell {
		names = append(names, "powershell")
	}
	var err error
	for _, name := range names {
		var path string
		if path, err = execx.LookPath(name); err == nil {
			return kind, path, nil
		}
	}
	return "", "", reason.New(reason.ShellUnknown, err, "shell", wanted, "known", kinds(", "))
}

func fallbackShell() string {
	if runtime.GOOS != "windows" {
		return string(shellenv.Sh)
	}
	if _, err := execx.LookPath("pwsh"); err == nil {
		return string(shellenv.PowerShell)
	}
	return string(shellenv.Cmd)
}

func kinds(separator string) string {
	var names []string
	for _, kind := range shellenv.Kinds() {
		names = append(names, string(kind))
	}
	return strings.Join(names, separator)
}

// writeAll writes the start-up files, for the user alone: they hold the
// password of the lab's proxy.
func writeAll(files []shellenv.File) error {
	for _, file := range files {
		if err := safefile.MkdirAll(filepath.Dir(file.Path)); err != nil {
			return err
		}
		if err := safefile.Write(file.Path, []byte(file.Content)); err != nil {
			return err
		}
		if file.Executable {
			if err := os.Chmod(file.Path, 0o700); err != nil { //nolint:gosec // a launcher must be executable
				return safefile.Explain(file.Path, err)
			}
		}
	}
	return nil
}
