package course

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// FuzzWords holds the hand-written readers against what they stand for.
func FuzzWords(f *testing.F) {
	key := regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)
	placeholder := regexp.MustCompile(`\{[a-z_]+\}`)
	for _, seed := range []string{
		"", "a", "t_ip", "9a", "a.b", "가", "a가", strings.Repeat("a", 64), strings.Repeat("a", 65),
		"{a}", "{a", "{", "{}", "{{a}}", "{a{b}", "{a b} {c}", "x {b} y {a} z {b}", "{가}", "{a}{b_c}", "{A}", "a\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got, want := isKey(text), key.MatchString(text); got != want {
			t.Errorf("isKey(%q) = %v, want %v", text, got, want)
		}
		want := placeholder.FindAllString(text, -1)
		slices.Sort(want)
		if got := placeholders(text); !slices.Equal(got, slices.Compact(want)) {
			t.Errorf("placeholders(%q) = %q, want %q", text, got, want)
		}
	})
}
