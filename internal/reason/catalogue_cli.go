package reason

import "github.com/labctl-dev/labctl/internal/i18n"

// The reasons the command line itself can give.
const (
	NeedsYes         ID = "NEEDS_YES"
	Declined         ID = "DECLINED"
	ProviderUnknown  ID = "PROVIDER_UNKNOWN"
	ComponentUnknown ID = "COMPONENT_UNKNOWN"
	ShellUnknown     ID = "SHELL_UNKNOWN"
	KubeconfigTaken  ID = "KUBECONFIG_TAKEN"
	KubeconfigBusy   ID = "KUBECONFIG_BUSY"
	CannotDo         ID = "CANNOT_DO"
)

func commandLine() []Reason {
	return []Reason{
		{
			NeedsYes, Usage,
			i18n.Text{KO: "실습 환경 `{lab}` 을(를) 지우려면 확인이 필요한데, 물어볼 터미널이 없습니다.", EN: "Removing the lab `{lab}` needs a confirmation, and there is no terminal to ask on."},
			i18n.Text{KO: "정말 지우려면 `labctl destroy --lab {lab} --yes` 를 실행하세요. 무엇이 지워지는지는 `--dry-run` 으로 볼 수 있습니다.", EN: "If you mean it, run `labctl destroy --lab {lab} --yes`; `--dry-run` shows what would go."},
		},
		{
			Declined, Usage,
			i18n.Text{KO: "지우지 않았습니다. 실습 환경 `{lab}` 은(는) 그대로 있습니다.", EN: "Nothing was removed: the lab `{lab}` is as it was."},
			i18n.Text{KO: "지우려면 다시 실행해서 `y` 를 입력하세요.", EN: "To remove it, run the command again and answer `y`."},
		},
		{
			ProviderUnknown, Usage,
			i18n.Text{KO: "`{provider}` 라는 실습 환경 종류는 없습니다.", EN: "There is no kind of lab called `{provider}`."},
			i18n.Text{KO: "쓸 수 있는 종류: {known}", EN: "The kinds there are: {known}"},
		},
		{
			ComponentUnknown, NoInput,
			i18n.Text{KO: "실습 환경 `{lab}` 에는 `{component}` 라는 구성 요소가 없습니다.", EN: "The lab `{lab}` has no component `{component}`."},
			i18n.Text{KO: "로그를 볼 수 있는 구성 요소: {known}", EN: "The components with logs: {known}"},
		},
		{
			ShellUnknown, Usage,
			i18n.Text{KO: "`{shell}` 은(는) labctl이 아는 셸이 아닙니다.", EN: "`{shell}` is not a shell labctl knows."},
			i18n.Text{KO: "`--shell` 에 다음 중 하나를 쓰세요: {known}", EN: "Give `--shell` one of: {known}"},
		},
		{
			KubeconfigTaken, DataErr,
			i18n.Text{KO: "kubeconfig {path} 에 labctl이 만들지 않은 `{name}` 항목이 이미 있습니다.", EN: "The kubeconfig {path} already has an entry `{name}` that labctl did not make."},
			i18n.Text{KO: "`kubectl config rename-context` 로 그 항목의 이름을 바꾸거나 `labctl up --lab 다른이름` 으로 다른 이름의 실습 환경을 쓰세요. 파일은 바뀌지 않았습니다.", EN: "Rename that entry with `kubectl config rename-context`, or use a lab of another name. The file was not changed."},
		},
		{
			KubeconfigBusy, TempFail,
			i18n.Text{KO: "다른 프로그램이 kubeconfig {path} 을(를) 고치고 있습니다 ({lock}).", EN: "Another program is changing the kubeconfig {path} ({lock})."},
			i18n.Text{KO: "잠시 뒤 다시 실행하세요. 실행 중인 프로그램이 없는데도 계속되면 {lock} 파일을 지우세요.", EN: "Run the command again in a moment. If no program is at work and it goes on, remove the file {lock}."},
		},
		{
			CannotDo, Usage,
			i18n.Text{KO: "`{provider}` 실습 환경에서는 `labctl {verb}` 을(를) 쓸 수 없습니다.", EN: "`labctl {verb}` does not work with a lab of the kind `{provider}`."},
			i18n.Text{KO: "`labctl status` 로 실습 환경의 종류를 확인하세요.", EN: "See what kind of lab you have with `labctl status`."},
		},
	}
}
