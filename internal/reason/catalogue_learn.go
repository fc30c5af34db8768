package reason

import "github.com/labctl-dev/labctl/internal/i18n"

// The identifiers of learning. Each has exactly one entry below.
const (
	ProgressUnreadable ID = "PROGRESS_UNREADABLE"
	ProgressNewer      ID = "PROGRESS_NEWER"
	StepUnknown        ID = "STEP_UNKNOWN"
	StepNotAnswerable  ID = "STEP_NOT_ANSWERABLE"
	AbilityMissing     ID = "ABILITY_MISSING"
	HintsUsedUp        ID = "HINTS_USED_UP"
	ProofFailed        ID = "PROOF_FAILED"
	CannotTell         ID = "CANNOT_TELL"
)

func learn() []Reason {
	return []Reason{
		{
			ProgressUnreadable, DataErr,
			i18n.Text{KO: "학습 기록 {path} 을(를) 읽을 수 없습니다: {detail}", EN: "The progress record {path} cannot be read: {detail}"},
			i18n.Text{KO: "파일 권한을 확인하세요. labctl은 이 파일을 바꾸지 않았습니다.", EN: "Check the file's permissions. labctl has not changed it."},
		},
		{
			ProgressNewer, Config,
			i18n.Text{KO: "학습 기록 {path} 은(는) 더 새로운 labctl이 만들었습니다.", EN: "The progress record {path} was written by a newer labctl."},
			i18n.Text{KO: "labctl을 새 버전으로 바꾸세요. 기록은 건드리지 않았습니다.", EN: "Upgrade labctl. The record was not touched."},
		},
		{
			StepUnknown, NoInput,
			i18n.Text{KO: "단원 {lesson} 에는 `{step}` 이라는 단계가 없습니다.", EN: "Lesson {lesson} has no step `{step}`."},
			i18n.Text{KO: "이 단원의 단계: {steps}", EN: "The steps of this lesson: {steps}"},
		},
		{
			StepNotAnswerable, Usage,
			i18n.Text{KO: "단원 {lesson} 의 `{step}` 단계는 답을 적는 단계가 아닙니다.", EN: "The step `{step}` of lesson {lesson} does not ask for an answer."},
			i18n.Text{KO: "답을 적는 단계: {steps}. 다른 단계는 `labctl check {lesson}` 으로 확인합니다.", EN: "Steps that ask for one: {steps}. The others are checked with `labctl check {lesson}`."},
		},
		{
			AbilityMissing, Unavailable,
			i18n.Text{KO: "단원 {lesson} 에는 이 실습 환경에 없는 기능이 필요합니다: {abilities}", EN: "Lesson {lesson} needs what this lab cannot do: {abilities}"},
			i18n.Text{KO: "`labctl course show {lesson}` 로 내용은 읽을 수 있습니다. 실습은 그 기능이 있는 환경에서 하세요.", EN: "You can still read it with `labctl course show {lesson}`; practise it on a lab that can."},
		},
		{
			HintsUsedUp, NoInput,
			i18n.Text{KO: "`{step}` 단계의 힌트를 모두 보았습니다.", EN: "You have seen every hint of the step `{step}`."},
			i18n.Text{KO: "그래도 막히면 `labctl solve {lesson} --step {step}` 으로 풀이를 볼 수 있습니다.", EN: "If you are still stuck, `labctl solve {lesson} --step {step}` shows a solution."},
		},
		{
			ProofFailed, NotPassed,
			i18n.Text{KO: "단원 {lesson} 의 채점이 증명되지 않았습니다: {failed} / {all} 건이 어긋났습니다.", EN: "The grading of lesson {lesson} is not proven: {failed} of {all} cases went wrong."},
			i18n.Text{KO: "위에 적힌 경우를 보고 검사나 스크립트를 고치세요.", EN: "Mend the checks or scripts of the cases named above."},
		},
		{
			CannotTell, Unavailable,
			i18n.Text{KO: "지금은 확인할 수 없는 항목이 있습니다. 점수는 깎이지 않습니다.", EN: "Some checks cannot be told right now. This costs no points."},
			i18n.Text{KO: "`labctl status` 로 실습 환경을 확인한 뒤 다시 실행하세요.", EN: "See how the lab is with `labctl status`, then run the command again."},
		},
	}
}
