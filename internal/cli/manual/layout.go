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

// nameColumn is the width of the names in the lists of commands and flags.
const nameColumn = 24

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
		var lines []string
		for _, child := range cmd.Commands() {
			if child.GroupID == id && (child.IsAvailableCommand() || child.IsAdditionalHelpTopicCommand()) {
				lines = append(lines, row(child.Name(), child.Short))
			}
		}
		if len(lines) > 0 {
			part(text, titles[id], strings.Join(lines, "\n"))
		}
	}
}

func flags(text *strings.Builder, title string, set *pflag.FlagSet, l i18n.Lang) {
	var lines []string
	set.VisitAll(func(flag *pflag.Flag) {
		if !flag.Hidden {
			lines = append(lines, row(flagName(flag), flagText(flag, l)))
		}
	})
	if len(lines) > 0 {
		part(text, title, strings.Join(lines, "\n"))
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

func row(name, text string) string {
	return "  " + name + strings.Repeat(" ", max(2, nameColumn-ansi.StringWidth(name))) + text
}

func part(text *strings.Builder, title, body string) {
	fmt.Fprintf(text, "\n%s\n%s\n", title, body)
}
