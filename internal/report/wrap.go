package report

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/labctl-dev/labctl/internal/check"
)

// wrap writes text in lines of at most width columns, each behind indent. What
// stands between backquotes is never broken: it may be copied.
func wrap(b *strings.Builder, text, indent string, width int) {
	room := width - ansi.StringWidth(indent)
	for paragraph := range strings.SplitSeq(text, "\n") {
		line, used := "", 0
		for _, word := range words(paragraph) {
			size := ansi.StringWidth(word)
			if used > 0 && used+1+size > room {
				b.WriteString(indent + line + "\n")
				line, used = "", 0
			}
			if used > 0 {
				line, used = line+" ", used+1
			}
			line, used = line+word, used+size
		}
		b.WriteString(strings.TrimRight(indent+line, " ") + "\n")
	}
}

// words splits at spaces outside of backquotes.
func words(text string) []string {
	quoted := false
	return strings.FieldsFunc(text, func(r rune) bool {
		if r == '`' {
			quoted = !quoted
		}
		return r == ' ' && !quoted
	})
}

// painter colours text, or does not.
type painter bool

func (p painter) paint(code, text string) string {
	if !p {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (p painter) bold(text string) string { return p.paint("1", text) }

// state colours by state; the mark and the word say the same without colour.
func (p painter) state(s check.State, text string) string {
	switch s {
	case check.Pass:
		return p.paint("32", text)
	case check.Fail:
		return p.paint("31", text)
	default:
		return p.paint("33", text)
	}
}
