// Package manual owns what the help of a command is made of and how it is laid
// out. It must not know any command.
package manual

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/labctl-dev/labctl/internal/i18n"
	"github.com/labctl-dev/labctl/internal/reason"
)

// Page is the help of one command.
type Page struct {
	Short   i18n.Text     // a verb phrase
	Long    i18n.Text     // when to use it, and what it leaves alone
	Example string        // lines that run as they stand, without indentation
	Exits   []reason.Exit // besides OK, Usage and Software, which every command has
}

// exitsKey is the annotation in which Apply leaves a command's exit codes.
const exitsKey = "labctl/exits"

// Apply writes the page into cmd, in l.
func (p Page) Apply(cmd *cobra.Command, l i18n.Lang) *cobra.Command {
	cmd.Short = p.Short.In(l)
	cmd.Long = p.Long.In(l)
	if cmd.Long == "" {
		cmd.Long = cmd.Short
	}
	cmd.Example = indent(p.Example)
	if cmd.Annotations == nil {
		cmd.Annotations = map[string]string{}
	}
	codes := make([]string, 0, len(p.Exits))
	for _, exit := range p.Exits {
		codes = append(codes, strconv.Itoa(int(exit)))
	}
	cmd.Annotations[exitsKey] = strings.Join(codes, ",")
	return cmd
}

// ExitStatus lists the exit codes of cmd with their meanings, ascending.
func ExitStatus(cmd *cobra.Command, l i18n.Lang) string {
	own := map[string]bool{}
	for code := range strings.SplitSeq(cmd.Annotations[exitsKey], ",") {
		own[code] = true
	}
	var text strings.Builder
	for _, entry := range reason.Exits() {
		general := entry.Exit == reason.OK || entry.Exit == reason.Usage || entry.Exit == reason.Software
		if general || own[strconv.Itoa(int(entry.Exit))] {
			fmt.Fprintf(&text, "  %-4d %s\n", entry.Exit, entry.Meaning.In(l))
		}
	}
	return strings.TrimRight(text.String(), "\n")
}

func indent(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	for i, line := range lines {
		lines[i] = "  " + strings.TrimSpace(line)
	}
	return strings.Join(lines, "\n")
}
