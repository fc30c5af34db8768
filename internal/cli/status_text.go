package cli

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/labctl-dev/labctl/internal/cli/env"
	"github.com/labctl-dev/labctl/internal/i18n"
	"github.com/labctl-dev/labctl/provision"
)

func statusText(e *env.Env, seen []provision.Status, all bool) string {
	var text strings.Builder
	if all && len(seen) == 0 {
		text.WriteString(i18n.Text{KO: "실습 환경이 없습니다.\n", EN: "There is no lab.\n"}.In(e.Lang))
	}
	for _, status := range seen {
		text.WriteString(stateLine(e, status) + "\n")
		if !all {
			text.WriteString(componentTable(e, status.Components))
		}
	}
	if !all && len(seen) == 1 {
		label := i18n.Text{KO: "다음: ", EN: "Next: "}.In(e.Lang)
		for _, command := range next(e, seen[0]) {
			text.WriteString(label + command + "\n")
		}
	}
	return text.String()
}

func componentTable(e *env.Env, components []provision.ComponentStatus) string {
	if len(components) == 0 {
		return ""
	}
	head := []string{
		i18n.Text{KO: "구성 요소", EN: "COMPONENT"}.In(e.Lang), i18n.Text{KO: "상태", EN: "STATE"}.In(e.Lang),
		i18n.Text{KO: "재시작", EN: "RESTARTS"}.In(e.Lang), i18n.Text{KO: "메모", EN: "NOTE"}.In(e.Lang),
	}
	rows := [][]string{head}
	for _, c := range components {
		rows = append(rows, []string{c.Name, componentWords(c).In(e.Lang), fmt.Sprint(c.Restarts), c.Detail})
	}
	return table(rows)
}

func componentWords(c provision.ComponentStatus) i18n.Text {
	words := map[string]i18n.Text{
		"waiting":  {KO: "대기", EN: "waiting"},
		"starting": {KO: "시작하는 중", EN: "starting"},
		"running":  {KO: "실행 중", EN: "running"},
		"backoff":  {KO: "다시 시작 대기", EN: "waiting to restart"},
		"stopped":  {KO: "꺼짐", EN: "stopped"},
		"failed":   {KO: "실패", EN: "failed"},
	}
	said, ok := words[c.State]
	switch {
	case !ok:
		return i18n.Text{KO: c.State, EN: c.State}
	case c.State == "running" && !c.Healthy:
		return i18n.Text{KO: "실행 중 (응답 없음)", EN: "running (not healthy)"}
	}
	return said
}

// table lays rows out in columns measured in cells; Hangul counts two.
func table(rows [][]string) string {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], ansi.StringWidth(cell))
		}
	}
	var text strings.Builder
	for _, row := range rows {
		var line strings.Builder
		line.WriteString(" ")
		for i, cell := range row {
			line.WriteString(" " + cell + strings.Repeat(" ", widths[i]-ansi.StringWidth(cell)+1))
		}
		text.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return text.String()
}
