package proof_test

import (
	"strings"
	"testing"

	"github.com/labctl-dev/labctl/internal/labtest"
)

// TestCourse runs `labctl course test` over the whole course: untouched, every
// scored check fails; every solution passes; every wrong answer fails with its
// own words. Twice, because a grader that is right by luck is wrong.
func TestCourse(t *testing.T) {
	lab := labtest.Up(t)
	for range 2 {
		result := lab.Run(t, "course", "test")
		t.Log(result.Stdout)
		if result.Exit != 0 || !strings.Contains(result.Stdout, "2.1 baseline") {
			t.Fatalf("exit %d\n%s", result.Exit, result.Stderr)
		}
	}
}
