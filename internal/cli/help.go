package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/labctl-dev/labctl/internal/cli/env"
	"github.com/labctl-dev/labctl/internal/cli/manual"
	"github.com/labctl-dev/labctl/internal/i18n"
	"github.com/labctl-dev/labctl/internal/reason"
)

// newHelp is `labctl help [COMMAND or TOPIC]`.
func newHelp(e *env.Env) *cobra.Command {
	command := &cobra.Command{
		Use: "help [COMMAND]",
		ValidArgsFunction: func(command *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			at, _, err := command.Root().Find(args)
			if err != nil || at == nil {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			var names []string
			for _, child := range at.Commands() {
				if child.IsAvailableCommand() || child.IsAdditionalHelpTopicCommand() {
					names = append(names, cobra.CompletionWithDesc(child.Name(), child.Short))
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(command *cobra.Command, args []string) error {
			at := command.Root()
			for _, name := range args {
				found := child(at, name)
				if found == nil {
					return unknownCommand(e, at, name)
				}
				at = found
			}
			return manual.Write(e.Stdout, at, e.Lang)
		},
	}
	return withoutState(manual.Page{
		Short:   i18n.Text{KO: "명령이나 주제의 도움말을 봅니다", EN: "Show the help of a command or topic"},
		Example: "labctl help up\nlabctl help environment\nlabctl help exit-codes",
	}.Apply(command, e.Lang))
}

func child(command *cobra.Command, name string) *cobra.Command {
	for _, candidate := range command.Commands() {
		if candidate.Name() == name {
			return candidate
		}
	}
	return nil
}

// topics are help pages that belong to no command.
func topics(e *env.Env) []*cobra.Command {
	environment := &cobra.Command{
		Use:   "environment",
		Short: i18n.Text{KO: "labctl이 읽는 환경 변수 (도움말 주제)", EN: "The environment variables labctl reads (help topic)"}.In(e.Lang),
		Long:  environmentText(e.Lang),
	}
	codes := &cobra.Command{
		Use:   "exit-codes",
		Short: i18n.Text{KO: "종료 코드의 뜻 (도움말 주제)", EN: "What the exit codes mean (help topic)"}.In(e.Lang),
		Long:  exitText(e.Lang),
	}
	environment.GroupID, codes.GroupID = groupMore, groupMore
	return []*cobra.Command{withoutState(environment), withoutState(codes)}
}

type setting struct {
	name string
	text i18n.Text
}

// settings lists every environment variable labctl reads.
func settings() []setting {
	return []setting{
		{"LABCTL_HOME", i18n.Text{KO: "labctl의 모든 파일을 둘 폴더 (절대 경로)", EN: "the folder for all of labctl's files (absolute path)"}},
		{"XDG_STATE_HOME", i18n.Text{KO: "LABCTL_HOME이 없을 때 labctl 폴더를 만들 곳", EN: "where the folder labctl is made without LABCTL_HOME"}},
		{"LABCTL_LAB", i18n.Text{KO: "--lab 이 없을 때의 실습 환경 이름", EN: "the lab meant without --lab"}},
		{"LABCTL_LANG", i18n.Text{KO: "언어: ko 또는 en (없으면 LC_ALL, LC_MESSAGES, LANG)", EN: "language: ko or en (else LC_ALL, LC_MESSAGES, LANG)"}},
		{"LABCTL_LOG", i18n.Text{KO: "기록 파일의 수준: debug, info, warn, error", EN: "level of the log file: debug, info, warn, error"}},
		{"LABCTL_PLANE", i18n.Text{KO: "labctl-plane 프로그램의 경로 (없으면 labctl과 같은 폴더)", EN: "path of labctl-plane (else the folder of labctl)"}},
		{"NO_COLOR", i18n.Text{KO: "비어 있지 않으면 색을 쓰지 않습니다", EN: "no colour if it is not empty"}},
		{"TERM", i18n.Text{KO: "dumb 이면 색도 움직이는 화면도 쓰지 않습니다", EN: "with dumb there is no colour and no live view"}},
		{"KUBECONFIG", i18n.Text{KO: "kubeconfig --merge 가 고칠 파일 (없으면 ~/.kube/config)", EN: "the file kubeconfig --merge changes (else ~/.kube/config)"}},
		{"SHELL", i18n.Text{KO: "labctl shell 이 여는 셸", EN: "the shell labctl shell opens"}},
	}
}

func environmentText(l i18n.Lang) string {
	var text strings.Builder
	text.WriteString(i18n.Text{KO: "labctl이 읽는 환경 변수입니다. 모두 없어도 됩니다.\n\n", EN: "The environment variables labctl reads. None is needed.\n\n"}.In(l))
	for _, s := range settings() {
		fmt.Fprintf(&text, "  %-16s %s\n", s.name, s.text.In(l))
	}
	return text.String()
}

func exitText(l i18n.Lang) string {
	var text strings.Builder
	text.WriteString(i18n.Text{KO: "labctl의 종료 코드입니다. `labctl kubectl` 과 `labctl shell` 은 실행한 프로그램의 종료 코드로 끝납니다.\n\n", EN: "The exit codes of labctl. `labctl kubectl` and `labctl shell` end with the code of the program they ran.\n\n"}.In(l))
	for _, entry := range reason.Exits() {
		fmt.Fprintf(&text, "  %-4d %s\n", entry.Exit, entry.Meaning.In(l))
	}
	return text.String()
}
