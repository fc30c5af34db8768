package reason

import "github.com/labctl-dev/labctl/internal/i18n"

// LabForeign is a directory in a lab's place that no lab ever lived in.
const LabForeign ID = "LAB_FOREIGN"

func embedded() []Reason {
	return []Reason{
		{
			LabForeign, DataErr,
			i18n.Text{KO: "{path} 은(는) labctl이 만든 폴더가 아니라서 지우지 않았습니다.", EN: "{path} was not made by labctl, so it was not removed."},
			i18n.Text{KO: "폴더 안의 내용을 확인하고, 필요 없다면 직접 지운 뒤 다시 실행하세요.", EN: "Look at what is in it; if you do not need it, remove it yourself and run the command again."},
		},
	}
}
