package reason

import "github.com/labctl-dev/labctl/internal/i18n"

func lab() []Reason {
	return []Reason{
		{
			LabNotRunning, Unavailable,
			i18n.Text{KO: "실습 환경 `{lab}` 이(가) 켜져 있지 않습니다.", EN: "The lab `{lab}` is not running."},
			i18n.Text{KO: "`labctl up` 으로 켜세요.", EN: "Start it with `labctl up`."},
		},
		{
			LabAbsent, NoInput,
			i18n.Text{KO: "`{lab}` 이라는 실습 환경이 없습니다.", EN: "There is no lab named `{lab}`."},
			i18n.Text{KO: "`labctl status --all` 로 이름을 확인하거나 `labctl up --lab {lab}` 으로 만드세요.", EN: "See the names with `labctl status --all`, or make it with `labctl up --lab {lab}`."},
		},
		{
			LabBusy, TempFail,
			i18n.Text{KO: "다른 labctl이 지금 실습 환경 `{lab}` 을(를) 다루고 있습니다 (프로세스 {pid}).", EN: "Another labctl is at work on the lab `{lab}` (process {pid})."},
			i18n.Text{KO: "그 명령이 끝나기를 기다렸다가 다시 실행하세요.", EN: "Wait for that command to end, then run yours again."},
		},
		{
			LabNewer, Config,
			i18n.Text{KO: "실습 환경 `{lab}` 은(는) 더 새로운 labctl이 만들었습니다 (형식 {found}, 이 labctl은 {known} 까지).", EN: "The lab `{lab}` was made by a newer labctl (format {found}, this one knows {known})."},
			i18n.Text{KO: "labctl을 새 버전으로 바꾸거나 `--lab 다른이름` 으로 새 실습 환경을 만드세요. 있던 것은 건드리지 않았습니다.", EN: "Upgrade labctl, or make another lab with `--lab NAME`. Nothing was touched."},
		},
		{
			LabUnreadable, DataErr,
			i18n.Text{KO: "실습 환경 기록 {path} 을(를) 읽을 수 없습니다: {detail}", EN: "The lab's record {path} cannot be read: {detail}"},
			i18n.Text{KO: "파일 권한을 확인하세요. 내용이 깨졌다면 `labctl destroy --lab {lab} --yes` 로 지우고 다시 만드세요.", EN: "Check the file's permissions. If its content is damaged, remove the lab with `labctl destroy --lab {lab} --yes` and make it again."},
		},
		{
			LabNameWrong, Usage,
			i18n.Text{KO: "`{lab}` 은(는) 실습 환경 이름으로 쓸 수 없습니다.", EN: "`{lab}` cannot be the name of a lab."},
			i18n.Text{KO: "영어 소문자, 숫자, `-` 만으로 1~32자로 지으세요.", EN: "Use 1 to 32 lower-case letters, digits and `-`."},
		},
		{
			PortBusy, OSErr,
			i18n.Text{KO: "실습 환경이 쓰던 포트 {port} 을(를) 다른 프로그램이 쓰고 있습니다.", EN: "Port {port} of this lab is in use by another program."},
			i18n.Text{KO: "그 프로그램을 끝내거나 `labctl up --new-ports` 로 다른 포트를 고르게 하세요.", EN: "End that program, or let labctl choose other ports with `labctl up --new-ports`."},
		},
		{
			PlaneMissing, NoInput,
			i18n.Text{KO: "labctl-plane 프로그램을 찾지 못했습니다 ({path}).", EN: "The program labctl-plane was not found ({path})."},
			i18n.Text{KO: "labctl과 같은 폴더에 두거나, 소스에서는 `make build` 로 만드세요.", EN: "Put it into the same folder as labctl, or build it from source with `make build`."},
		},
		{
			ComponentFailed, Unavailable,
			i18n.Text{KO: "{component} 이(가) 시작하지 못했습니다: {detail}", EN: "{component} did not start: {detail}"},
			i18n.Text{KO: "`labctl logs {component}` 에서 이유를 확인하고 `labctl up` 을 다시 실행하세요.", EN: "See why with `labctl logs {component}`, then run `labctl up` again."},
		},
		{
			NotReadyInTime, Unavailable,
			i18n.Text{KO: "{what} 이(가) 제시간에 준비되지 않았습니다: {detail}", EN: "{what} was not ready in time: {detail}"},
			i18n.Text{KO: "`labctl status` 로 어디까지 되었는지 보고 `labctl up` 을 다시 실행하면 이어서 진행합니다.", EN: "See how far it got with `labctl status`; `labctl up` goes on from there."},
		},
	}
}
