// Package i18n owns the languages labctl speaks and the pair of texts every
// sentence for people consists of. It must not hold sentences itself: a text
// stands beside the code or data that says it.
package i18n

import "strings"

// Lang is a language labctl speaks.
type Lang string

// The languages, Korean first: it is the language of the course.
const (
	Korean  Lang = "ko"
	English Lang = "en"
)

// Langs lists every language, the default first.
func Langs() []Lang { return []Lang{Korean, English} }

// Text is one sentence in every language.
type Text struct {
	KO string `json:"ko" yaml:"ko"`
	EN string `json:"en" yaml:"en"`
}

// In returns the text in l; a missing translation falls back to the other
// language rather than to nothing.
func (t Text) In(l Lang) string {
	if (l == Korean && t.KO != "") || t.EN == "" {
		return t.KO
	}
	return t.EN
}

// Detect picks the language from the environment: LABCTL_LANG, then LC_ALL,
// LC_MESSAGES and LANG as POSIX orders them. Without any of them it is Korean,
// unless a locale names another language, which makes it English.
func Detect(getenv func(string) string) Lang {
	for _, key := range []string{"LABCTL_LANG", "LC_ALL", "LC_MESSAGES", "LANG"} {
		value := strings.ToLower(getenv(key))
		switch {
		case value == "", value == "c", value == "posix", strings.HasPrefix(value, "c."):
			continue
		case strings.HasPrefix(value, "ko"):
			return Korean
		default:
			return English
		}
	}
	return Korean
}

// Fill replaces every {name} in s by args["name"]; unknown names stay as they are.
func Fill(s string, args map[string]string) string {
	if len(args) == 0 || !strings.Contains(s, "{") {
		return s
	}
	pairs := make([]string, 0, 2*len(args))
	for name, value := range args {
		pairs = append(pairs, "{"+name+"}", value)
	}
	return strings.NewReplacer(pairs...).Replace(s)
}
