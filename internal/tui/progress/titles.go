package progress

import "github.com/labctl-dev/labctl/internal/i18n"

// stepTitles names the steps the providers announce. A step that is not here
// is shown by its machine name.
func stepTitles() []stepTitle {
	return []stepTitle{
		{"record", i18n.Text{KO: "실습 환경 기록 만들기", EN: "Write the lab's record"}},
		{"pki", i18n.Text{KO: "인증서 만들기", EN: "Make certificates"}},
		{"config", i18n.Text{KO: "구성 요소 설정하기", EN: "Configure the components"}},
		{"supervisor", i18n.Text{KO: "프로세스 시작하기", EN: "Start the processes"}},
		{"apiserver", i18n.Text{KO: "API 서버 기다리기", EN: "Wait for the API server"}},
		{"objects", i18n.Text{KO: "기본 오브젝트 만들기", EN: "Create the first objects"}},
		{"nodes", i18n.Text{KO: "노드 기다리기", EN: "Wait for the nodes"}},
		{"proof", i18n.Text{KO: "정말 동작하는지 확인하기", EN: "Prove that it works"}},
		{"down", i18n.Text{KO: "실습 환경 끄기", EN: "Stop the lab"}},
		{"destroy", i18n.Text{KO: "실습 환경 지우기", EN: "Remove the lab"}},
	}
}
