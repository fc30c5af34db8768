package progress

import (
	"fmt"
	"strings"
	"time"

	"github.com/labctl-dev/labctl/internal/event"
	"github.com/labctl-dev/labctl/internal/i18n"
)

// Words says event states and durations to people.
func Words(state event.State) i18n.Text {
	switch state {
	case event.Running:
		return i18n.Text{KO: "진행 중", EN: "working"}
	case event.Done:
		return i18n.Text{KO: "완료", EN: "done"}
	case event.Skipped:
		return i18n.Text{KO: "이미 됨", EN: "as it was"}
	case event.Failed:
		return i18n.Text{KO: "실패", EN: "failed"}
	default:
		return i18n.Text{KO: "대기", EN: "waiting"}
	}
}

// Mark is the one-cell sign of a state. Only characters of neutral width are
// used: a Korean terminal may draw the ambiguous ones two cells wide.
func Mark(state event.State) string {
	switch state {
	case event.Running:
		return ">"
	case event.Done:
		return "✓"
	case event.Skipped:
		return "="
	case event.Failed:
		return "✗"
	default:
		return " "
	}
}

// Duration writes d for people: "0.3s", "12.0s", "2m05s".
func Duration(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.1fs", d.Seconds())
	}
	return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
}

// Title is the name of a subject for people: component and node names are
// never translated, steps are where their words are known.
func Title(kind event.Kind, subject string, lang i18n.Lang) string {
	if kind != event.Step {
		return subject
	}
	for _, step := range stepTitles() {
		if step.subject == subject {
			return step.title.In(lang)
		}
	}
	return strings.ReplaceAll(subject, "-", " ")
}

type stepTitle struct {
	subject string
	title   i18n.Text
}

func heading(kind event.Kind) i18n.Text {
	if kind == event.Node {
		return i18n.Text{KO: "노드", EN: "Nodes"}
	}
	return i18n.Text{KO: "구성 요소", EN: "Components"}
}
