package manual

import (
	"fmt"
	"io"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/labctl-dev/labctl/internal/i18n"
)

// nameColumn is the least width of the names in a list of commands or flags.
const nameColumn = 14

// Write lays the whole help of cmd out on w, in l.
func Write(w io.Writer, cmd *cobra.Command, l i18n.Lang) error {
	var text strings.Builder
	fmt.Fprintf(&text, "%s\n", strings.TrimSpace(cmd.Long))
	if cmd.Runnable() || cmd.HasAvailableSubCommands() {
		part(&text, i18n.Text{KO: "사용법", EN: "USAGE"}.In(l), "  "+cmd.UseLine())
	}
	commands(&text, cmd, l)
	if cmd.Example != "" {
		part(&text, i18n.Text{KO: "예제", EN: "EXAMPLES"}.In(l), cmd.Example)
	}
	if !cmd.DisableFlagParsing {
		flags(&text, i18n.Text{KO: "옵션", EN: "FLAGS"}.In(l), cmd.LocalNonPersistentFlags(), l)
		flags(&text, i18n.Text{KO: "모든 명령의 옵션", EN: "GLOBAL FLAGS"}.In(l), cmd.Root().PersistentFlags(), l)
	}
	if cmd.Runnable() {
		part(&text, i18n.Text{KO: "종료 코드", EN: "EXIT STATUS"}.In(l), ExitStatus(cmd, l))
	}
	_, err := io.WriteString(w, text.String())
	return err
}

func commands(text *strings.Builder, cmd *cobra.Command, l i18n.Lang) {
	titles := map[string]string{"": i18n.Text{KO: "명령", EN: "COMMANDS"}.In(l)}
	order := []string{}
	for _, group := range cmd.Groups() {
		titles[group.ID] = group.Title
		order = append(order, group.ID)
	}
	for _, id := range append(order, "") {
		var rows [][2]string
		for _, child := range cmd.Commands() {
			if child.GroupID == id && (child.IsAvailableCommand() || child.IsAdditionalHelpTopicCommand()) {
				rows = append(rows, [2]string{child.Name(), child.Short})
			}
		}
		if len(rows) > 0 {
			part(text, titles[id], columns(rows))
		}
	}
}

func flags(text *strings.Builder, title string, set *pflag.FlagSet, l i18n.Lang) {
	var rows [][2]string
	set.VisitAll(func(flag *pflag.Flag) {
		if !flag.Hidden {
			rows = append(rows, [2]string{flagName(flag), flagText(flag, l)})
		}
	})
	if len(rows) > 0 {
		part(text, title, columns(rows))
	}
}

func flagName(flag *pflag.Flag) string {
	name := "    --" + flag.Name
	if flag.Shorthand != "" {
		name = "-" + flag.Shorthand + ", --" + flag.Name
	}
	if value, _ := pflag.UnquoteUsage(flag); value != "" {
		name += " " + value
	}
	return name
}

func flagText(flag *pflag.Flag, l i18n.Lang) string {
	_, text := pflag.UnquoteUsage(flag)
	if flag.DefValue == "" || flag.DefValue == "false" || flag.DefValue == "[]" {
		return text
	}
	return text + fmt.Sprintf(i18n.Text{KO: " (기본값 %s)", EN: " (default %s)"}.In(l), flag.DefValue)
}

// columns lines names and texts up; widths are in cells, Hangul counts two.
func columns(rows [][2]string) string {
	width := nameColumn
	for _, row := range rows {
		width = max(width, ansi.StringWidth(row[0])+2)
	}
	lines := make([]string, 0, len(rows))
	for _, row := range rows {
		lines = append(lines, "  "+row[0]+strings.Repeat(" ", width-ansi.StringWidth(row[0]))+row[1])
	}
	return strings.Join(lines, "\n")
}

func part(text *strings.Builder, title, body string) {
	fmt.Fprintf(text, "\n%s\n%s\n", title, body)
}
