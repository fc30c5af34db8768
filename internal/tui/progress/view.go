package progress

import (
	"fmt"
	"strings"
	"time"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/labctl-dev/labctl/internal/event"
	"github.com/labctl-dev/labctl/internal/i18n"
)

// Look is everything a frame depends on besides the board.
type Look struct {
	Verb, Lab     string
	Lang          i18n.Lang
	Color         bool
	Width, Height int // of the terminal; a frame never exceeds them
	Now, Began    time.Time
	Beat          int  // turns the sign of a running item
	Stopping      bool // Ctrl-C was pressed once
}

// Frame draws the running view. It is at most Height-1 lines of at most Width
// cells, so that an inline view never scrolls the terminal.
func Frame(b Board, l Look) string {
	lines := []string{title(l), ""}
	steps := stepLines(b, l)
	components := section(b, event.Component, l)
	nodes := section(b, event.Node, l)
	foot := []string{"", footer(l)}
	room := l.Height - 1 - len(lines) - len(foot) - len(components) - len(nodes)
	lines = append(lines, lastOf(steps, max(room, 1))...)
	lines = append(lines, components...)
	lines = append(lines, nodes...)
	if cut := l.Height - 1 - len(foot); len(lines) > cut {
		lines = lines[:max(cut, 1)]
	}
	lines = append(lines, foot...)
	for i, line := range lines {
		lines[i] = ansi.Truncate(line, l.Width, "")
	}
	return strings.Join(lines, "\n")
}

// Summary draws what stays on the screen: one line a group.
func Summary(b Board, l Look) string {
	lines := []string{title(l)}
	for _, kind := range []event.Kind{event.Step, event.Component, event.Node} {
		for _, item := range b.Of(kind) {
			if item.State == event.Failed {
				lines = append(lines, itemLine(item, l))
			}
		}
	}
	for _, kind := range []event.Kind{event.Component, event.Node} {
		if items := b.Of(kind); len(items) > 0 {
			lines = append(lines, fmt.Sprintf("  %s %d/%d", heading(kind).In(l.Lang), good(items), len(items)))
		}
	}
	for i, line := range lines {
		lines[i] = ansi.Truncate(line, l.Width, "")
	}
	return strings.Join(lines, "\n")
}

func good(items []Item) int {
	count := 0
	for _, item := range items {
		if item.State == event.Done || item.State == event.Skipped {
			count++
		}
	}
	return count
}

func title(l Look) string {
	name := fmt.Sprintf("labctl %s  %s", l.Verb, l.Lab)
	spent := Duration(max(l.Now.Sub(l.Began), 0))
	gap := max(2, l.Width-ansi.StringWidth(name)-len(spent)-1)
	return paint(l, lipgloss.NewStyle().Bold(true), name) + strings.Repeat(" ", gap) + paint(l, faint(), spent)
}

func footer(l Look) string {
	text := i18n.Text{KO: "Ctrl-C: 멈추기 (다시 실행하면 이어집니다)", EN: "Ctrl-C: stop (running it again goes on from there)"}
	if l.Stopping {
		text = i18n.Text{KO: "멈추는 중입니다. 기다리지 않고 나가려면 Ctrl-C를 한 번 더 누르세요.", EN: "Stopping. Press Ctrl-C once more to leave at once."}
	}
	return paint(l, faint(), text.In(l.Lang))
}

func stepLines(b Board, l Look) []string {
	var lines []string
	for _, item := range b.Of(event.Step) {
		lines = append(lines, itemLine(item, l))
	}
	return lines
}

// section lays a kind's items out in as many columns as fit, heading first.
func section(b Board, kind event.Kind, l Look) []string {
	items := b.Of(kind)
	if len(items) == 0 {
		return nil
	}
	columns := max(1, min(3, l.Width/40))
	lines := []string{"", paint(l, lipgloss.NewStyle().Bold(true), heading(kind).In(l.Lang))}
	rows := (len(items) + columns - 1) / columns
	for row := range rows {
		var line strings.Builder
		for column := range columns {
			if at := column*rows + row; at < len(items) {
				line.WriteString(fit(cell(items[at], l), l.Width/columns))
			}
		}
		lines = append(lines, strings.TrimRight(line.String(), " "))
	}
	return lines
}

// lastOf keeps the newest n lines: the finished steps are the least telling.
func lastOf(lines []string, n int) []string {
	return lines[max(0, len(lines)-n):]
}
