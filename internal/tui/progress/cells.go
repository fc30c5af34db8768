package progress

import (
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/labctl-dev/labctl/internal/event"
)

const (
	stepColumn = 34 // cells of a step's title
	nameColumn = 25 // cells of a component's or node's name; the longest is kube-controller-manager
)

// itemLine is one step with its time and, where there is one, its detail.
func itemLine(item Item, l Look) string {
	line := sign(item, l) + " " + fit(Title(item.Kind, item.Subject, l.Lang), stepColumn)
	if item.State == event.Pending {
		return strings.TrimRight(line, " ")
	}
	line += paint(l, faint(), fit(Duration(item.Spent(l.Now)), 8))
	return strings.TrimRight(line+paint(l, faint(), item.Detail), " ")
}

// cell is one component or node: name and state.
func cell(item Item, l Look) string {
	return sign(item, l) + " " + fit(item.Subject, nameColumn) + paint(l, styleOf(item.State), Words(item.State).In(l.Lang))
}

func sign(item Item, l Look) string {
	mark := Mark(item.State)
	if item.State == event.Running {
		turning := []string{"-", `\`, "|", "/"}
		mark = turning[l.Beat%len(turning)]
	}
	return paint(l, styleOf(item.State), mark)
}

// fit pads or cuts s to exactly width cells; Hangul counts two.
func fit(s string, width int) string {
	s = ansi.Truncate(s, width-1, "~")
	return s + strings.Repeat(" ", max(0, width-ansi.StringWidth(s)))
}

func paint(l Look, style lipgloss.Style, s string) string {
	if !l.Color || s == "" {
		return s
	}
	return style.Render(s)
}

func faint() lipgloss.Style { return lipgloss.NewStyle().Faint(true) }

func styleOf(state event.State) lipgloss.Style {
	switch state {
	case event.Running:
		return lipgloss.NewStyle().Foreground(lipgloss.Cyan)
	case event.Done:
		return lipgloss.NewStyle().Foreground(lipgloss.Green)
	case event.Failed:
		return lipgloss.NewStyle().Foreground(lipgloss.Red)
	default:
		return faint()
	}
}
