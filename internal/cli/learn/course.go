package learn

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"github.com/labctl-dev/labctl/internal/cli/env"
	"github.com/labctl-dev/labctl/internal/cli/manual"
	"github.com/labctl-dev/labctl/internal/course"
	"github.com/labctl-dev/labctl/internal/i18n"
	"github.com/labctl-dev/labctl/internal/reason"
)

func newCourse(e *env.Env, lab LabAccess) *cobra.Command {
	command := &cobra.Command{
		Use:  "course",
		Args: args(e, 0, 0),
		RunE: func(command *cobra.Command, _ []string) error {
			return words(e, command, i18n.Text{KO: "`course` 뒤에 list, show, lint, test 가운데 하나를 쓰세요", EN: "write one of list, show, lint, test after `course`"})
		},
	}
	command.AddCommand(newList(e, nil), newShow(e, nil), newLint(e, nil), newTest(e, lab, nil))
	return manual.Page{
		Short:   i18n.Text{KO: "강의를 보고, 검사하고, 증명합니다", EN: "Read, lint and prove the course"},
		Example: "labctl course list\nlabctl course show 2.1",
	}.Apply(command, e.Lang)
}

type listOptions struct{ env *env.Env }

func newList(e *env.Env, runF func(context.Context, *listOptions) error) *cobra.Command {
	opts := &listOptions{env: e}
	command := &cobra.Command{
		Use:  "list",
		Args: args(e, 0, 0),
		RunE: func(command *cobra.Command, _ []string) error {
			if runF != nil {
				return runF(command.Context(), opts)
			}
			return runList(command.Context(), opts)
		},
	}
	return manual.Page{
		Short:   i18n.Text{KO: "장과 단원의 목록을 봅니다", EN: "List chapters and lessons"},
		Example: "labctl course list\nlabctl course list --output json",
	}.Apply(command, e.Lang)
}

// listed is the JSON form of one lesson in a list.
type listed struct {
	ID      string    `json:"id"`
	Chapter string    `json:"chapter"`
	Title   i18n.Text `json:"title"`
	Minutes int       `json:"minutes,omitempty"`
	Points  int       `json:"points"`
	Passed  bool      `json:"passed"`
	Needs   []string  `json:"needs"`
}

func runList(_ context.Context, opts *listOptions) error {
	e := opts.env
	c, err := outline()
	if err != nil {
		return err
	}
	history, err := record(e).Read()
	if err != nil {
		return err
	}
	var rows []listed
	for _, lesson := range c.Lessons {
		done := true
		for i := range lesson.Steps {
			done = done && passed(&lesson.Steps[i], history.Lesson(lesson.ID))
		}
		rows = append(rows, listed{lesson.ID, lesson.Chapter, lesson.Title, lesson.Minutes, lesson.Points(), done, lesson.Needs})
	}
	if e.JSON {
		return json.NewEncoder(e.Stdout).Encode(rows)
	}
	_, err = fmt.Fprint(e.Stdout, listText(e, c, rows))
	return err
}

func listText(e *env.Env, c *course.Course, rows []listed) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", c.Title.In(e.Lang))
	for _, chapter := range c.Chapters {
		fmt.Fprintf(&b, "\n%s  %s\n", chapter.ID, chapter.Title.In(e.Lang))
		for _, row := range rows {
			if row.Chapter != chapter.ID {
				continue
			}
			mark := " "
			if row.Passed {
				mark = "✓"
			}
			title := row.Title.In(e.Lang)
			pad := strings.Repeat(" ", max(1, 44-ansi.StringWidth(title)))
			fmt.Fprintf(&b, "  %s %-5s %s%s%s\n", mark, row.ID, title, pad, fmt.Sprintf(i18n.Text{KO: "%d점, 약 %d분", EN: "%d points, about %d min"}.In(e.Lang), row.Points, row.Minutes))
		}
	}
	return b.String()
}

type showOptions struct {
	env    *env.Env
	lesson string
}

func newShow(e *env.Env, runF func(context.Context, *showOptions) error) *cobra.Command {
	opts := &showOptions{env: e}
	command := &cobra.Command{
		Use:  "show LESSON",
		Args: args(e, 1, 1),
		RunE: func(command *cobra.Command, given []string) error {
			opts.lesson = given[0]
			if runF != nil {
				return runF(command.Context(), opts)
			}
			return runShow(command.Context(), opts)
		},
	}
	return manual.Page{
		Short:   i18n.Text{KO: "단원을 읽습니다", EN: "Read a lesson"},
		Example: "labctl course show 2.1\nlabctl course show 2.1 --lang en",
		Exits:   []reason.Exit{reason.NoInput},
	}.Apply(command, e.Lang)
}

func runShow(_ context.Context, opts *showOptions) error {
	lesson, err := loadLesson(opts.lesson)
	if err != nil {
		return err
	}
	prose := lesson.Prose[opts.env.Lang]
	var text strings.Builder
	text.WriteString(prose.Intro + "\n")
	for _, section := range prose.Sections {
		step := lesson.Step(section.ID)
		heading := fmt.Sprintf(i18n.Text{KO: "## %s  [%s, %d점]", EN: "## %s  [%s, %d points]"}.In(opts.env.Lang), section.Title, section.ID, step.Points())
		text.WriteString("\n" + heading + "\n\n" + section.Body + "\n")
	}
	text.WriteString("\n" + i18n.Text{KO: "확인: `labctl check " + lesson.ID + "`", EN: "Check it: `labctl check " + lesson.ID + "`"}.In(opts.env.Lang) + "\n")
	_, err = fmt.Fprint(opts.env.Stdout, style(text.String(), opts.env.Color))
	return err
}

// style colours Markdown by the line: headings bold, code cyan. Lines are never
// joined, broken or otherwise changed, so that every command can be copied.
func style(text string, color bool) string {
	if !color {
		return text
	}
	lines := strings.Split(text, "\n")
	code := false
	for i, line := range lines {
		switch {
		case strings.HasPrefix(line, "```"):
			code = !code
			lines[i] = "\x1b[2m" + line + "\x1b[0m"
		case code && line != "":
			lines[i] = "\x1b[36m" + line + "\x1b[0m"
		case strings.HasPrefix(line, "#"):
			lines[i] = "\x1b[1m" + line + "\x1b[0m"
		}
	}
	return strings.Join(lines, "\n")
}
