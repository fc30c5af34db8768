package reason

import "github.com/labctl-dev/labctl/internal/i18n"

// ExitMeaning says what one exit code means.
type ExitMeaning struct {
	Exit    Exit
	Meaning i18n.Text
}

// Exits lists every exit code with its meaning, in ascending order: the one
// source of `labctl help exit-codes` and of the reference page.
func Exits() []ExitMeaning {
	return []ExitMeaning{
		{OK, i18n.Text{KO: "요청한 일을 마쳤습니다", EN: "done as asked"}},
		{NotPassed, i18n.Text{KO: "명령은 제대로 동작했고, 확인이나 채점을 통과하지 못했습니다", EN: "the command worked; a check, grade or course test did not pass"}},
		{Usage, i18n.Text{KO: "명령, 옵션, 인자가 잘못되었거나 확인을 받지 못했습니다", EN: "a wrong command, flag or argument, or a confirmation not given"}},
		{DataErr, i18n.Text{KO: "단원, 강의, 상태, kubeconfig 파일의 내용이 잘못되었습니다", EN: "the content of a lesson, course, state or kubeconfig file is wrong"}},
		{NoInput, i18n.Text{KO: "이름으로 지정한 단원, 파일, 실습 환경이 없습니다", EN: "a lesson, file or lab that was named does not exist"}},
		{Unavailable, i18n.Text{KO: "실습 환경이나 그 일부가 실행 중이 아닙니다", EN: "the lab, or a part of it, is not running"}},
		{Software, i18n.Text{KO: "labctl이 예상하지 못한 문제입니다", EN: "a problem labctl did not expect"}},
		{OSErr, i18n.Text{KO: "운영체제가 프로세스나 포트를 허용하지 않았습니다", EN: "the operating system refused a process or a port"}},
		{CantCreate, i18n.Text{KO: "파일이나 폴더를 쓸 수 없습니다 (디스크 부족, 권한)", EN: "a file or folder could not be written (full disk, permission)"}},
		{TempFail, i18n.Text{KO: "다른 프로그램이 같은 것을 다루고 있으니 잠시 뒤 다시 실행하세요", EN: "another program is at work on the same thing; try again"}},
		{Config, i18n.Text{KO: "더 새로운 labctl이 만든 실습 환경이거나 설정이 서로 맞지 않습니다", EN: "a lab made by a newer labctl, or settings that contradict"}},
		{Interrupted, i18n.Text{KO: "Ctrl-C로 중단했습니다", EN: "ended by Ctrl-C"}},
	}
}
