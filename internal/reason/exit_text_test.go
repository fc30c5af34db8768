package reason_test

import (
	"testing"

	"github.com/labctl-dev/labctl/internal/reason"
)

// TestEveryReasonHasADocumentedExit keeps the exit code table complete.
func TestEveryReasonHasADocumentedExit(t *testing.T) {
	t.Parallel()
	known := map[reason.Exit]bool{}
	for _, entry := range reason.Exits() {
		if known[entry.Exit] {
			t.Errorf("exit code %d is listed twice", entry.Exit)
		}
		known[entry.Exit] = true
		if entry.Meaning.KO == "" || entry.Meaning.EN == "" {
			t.Errorf("exit code %d lacks a language", entry.Exit)
		}
	}
	seen := map[reason.ID]bool{}
	for _, entry := range reason.Catalogue() {
		if seen[entry.ID] {
			t.Errorf("reason %s is listed twice", entry.ID)
		}
		seen[entry.ID] = true
		if !known[entry.Exit] {
			t.Errorf("reason %s ends with exit code %d, which Exits does not list", entry.ID, entry.Exit)
		}
		for name, text := range map[string]string{
			"what ko": entry.What.KO, "what en": entry.What.EN, "fix ko": entry.Fix.KO, "fix en": entry.Fix.EN,
		} {
			if text == "" {
				t.Errorf("reason %s lacks %s", entry.ID, name)
			}
		}
	}
}
