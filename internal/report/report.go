// Package report owns how results look: text for people in every language and
// JSON for programs. It must not judge, read or decide an exit code.
package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/labctl-dev/labctl/internal/check"
	"github.com/labctl-dev/labctl/internal/course"
	"github.com/labctl-dev/labctl/internal/grade"
	"github.com/labctl-dev/labctl/internal/i18n"
	"github.com/labctl-dev/labctl/internal/progress"
)

// Options says how text looks.
type Options struct {
	Lang  i18n.Lang
	Color bool
	Width int // columns; 80 if 0
}

func (o Options) width() int {
	if o.Width <= 0 {
		return 80
	}
	return max(o.Width, 40)
}

// Text writes the result of one lesson: a line a check with a mark and a word,
// and for what does not pass the sentence that helps and what was seen.
func Text(w io.Writer, lesson *course.Lesson, result grade.Result, o Options) error {
	var b strings.Builder
	p := painter(o.Color)
	fmt.Fprintf(&b, "%s\n", p.bold(lesson.ID+" "+lesson.Title.In(o.Lang)))
	for _, step := range result.Steps {
		fmt.Fprintf(&b, "\n%s  %s\n", p.bold(stepTitle(lesson, step.ID, o.Lang)), pointsOf(step.Points, step.Max, o.Lang))
		for _, c := range step.Checks {
			writeCheck(&b, lesson, step.ID, c, o)
		}
	}
	fmt.Fprintf(&b, "\n%s\n", p.bold(sum(result, o.Lang)))
	_, err := io.WriteString(w, b.String())
	if err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

func writeCheck(b *strings.Builder, lesson *course.Lesson, step string, c grade.CheckResult, o Options) {
	b.WriteString(Line(lesson, step, c, o) + "\n")
	if c.State == check.Pass {
		return
	}
	if c.Message != nil {
		wrap(b, Message(c.Message, o.Lang), "      ", o.width())
	}
	if !tellsMore(c) {
		return
	}
	for _, finding := range c.Findings {
		wrap(b, "- "+Finding(finding, o.Lang), "      ", o.width())
	}
}

// tellsMore says whether the findings add to the message. Where an author or the
// doctor has found words, the expression behind them would only scare.
func tellsMore(c grade.CheckResult) bool {
	return c.State == check.Fail && (c.Message == nil || c.Message.Key == "builtin.not_yet" ||
		c.Message.Key == "builtin.reach_status" || c.Message.Key == "builtin.reach_body")
}

// Line is the one line of a check: mark, title, word.
func Line(lesson *course.Lesson, step string, c grade.CheckResult, o Options) string {
	p := painter(o.Color)
	return fmt.Sprintf("  %s %s  %s", p.state(c.State, mark(c.State)), checkTitle(lesson, step, c.ID, o.Lang), p.state(c.State, Word(c.State).In(o.Lang)))
}

// Message words a message with its arguments.
func Message(m *check.Message, lang i18n.Lang) string {
	return i18n.Fill(m.Text.In(lang), m.Args)
}

// Word names a state.
func Word(s check.State) i18n.Text {
	switch s {
	case check.Pass:
		return i18n.Text{KO: "통과", EN: "pass"}
	case check.Fail:
		return i18n.Text{KO: "아직", EN: "not yet"}
	default:
		return i18n.Text{KO: "알 수 없음", EN: "cannot tell"}
	}
}

func mark(s check.State) string {
	switch s {
	case check.Pass:
		return "✓"
	case check.Fail:
		return "✗"
	default:
		return "?"
	}
}

func stepTitle(lesson *course.Lesson, id string, lang i18n.Lang) string {
	if section, ok := lesson.Prose[lang].Section(id); ok {
		return section.Title
	}
	return id
}

func checkTitle(lesson *course.Lesson, step, id string, lang i18n.Lang) string {
	if s := lesson.Step(step); s != nil {
		for _, spec := range s.Specs {
			if spec.ID == id {
				title, _ := lesson.Message(spec.Title)
				return title.In(lang)
			}
		}
	}
	return id
}

func pointsOf(points, most int, lang i18n.Lang) string {
	return fmt.Sprintf(i18n.Text{KO: "%d/%d점", EN: "%d/%d points"}.In(lang), points, most)
}

func sum(result grade.Result, lang i18n.Lang) string {
	text := pointsOf(result.Points, result.Max, lang)
	switch result.State {
	case check.Pass:
		return text + i18n.Text{KO: " — 모두 통과했습니다.", EN: " — all checks pass."}.In(lang)
	case check.CannotTell:
		return text + i18n.Text{KO: " — 확인하지 못한 항목이 있습니다. 점수는 깎이지 않습니다.", EN: " — some checks cannot be told; this costs no points."}.In(lang)
	default:
		return text
	}
}

// Earned is the account of one lesson: what was passed once, less what help cost.
type Earned struct {
	Points   int `json:"points"`
	Max      int `json:"max"`
	HelpCost int `json:"helpCost"`
	Hints    int `json:"hints"`
	Attempts int `json:"attempts"`
}

// Account adds up a lesson's record. Help never takes more from a step than the
// step has given.
func Account(lesson *course.Lesson, tally progress.Tally) Earned {
	earned := Earned{Max: lesson.Points(), Attempts: tally.Attempts}
	for _, step := range lesson.Steps {
		gained := 0
		for _, spec := range step.Specs {
			gained += min(tally.Passed[step.ID+"/"+spec.ID], spec.Points)
		}
		cost := min(gained, tally.HintCost[step.ID]+tally.Solutions[step.ID])
		earned.Points += gained - cost
		earned.HelpCost += cost
		earned.Hints += tally.Hints[step.ID]
	}
	return earned
}

// TextEarned writes the account of a lesson below its result.
func TextEarned(w io.Writer, earned Earned, o Options) error {
	text := i18n.Text{
		KO: "기록된 점수: %d/%d점 (힌트 %d개와 풀이에 %d점, 확인 %d번)\n",
		EN: "On record: %d/%d points (%d hints and solutions cost %d, %d checks)\n",
	}.In(o.Lang)
	if _, err := fmt.Fprintf(w, text, earned.Points, earned.Max, earned.Hints, earned.HelpCost, earned.Attempts); err != nil {
		return fmt.Errorf("writing the account: %w", err)
	}
	return nil
}
