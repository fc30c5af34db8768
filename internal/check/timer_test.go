package check_test

import (
	"testing"
	"time"

	"github.com/labctl-dev/labctl/internal/check"
)

func TestTimer(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	type look struct {
		at    time.Duration
		state check.State
		want  check.State
		wait  time.Duration
	}
	tests := map[string]struct {
		spec  check.Spec
		looks []look
	}{
		"plain": {check.Spec{}, []look{{0, check.Fail, check.Fail, 0}, {1, check.Pass, check.Pass, 0}, {2, check.Fail, check.Fail, 0}}},
		"holds": {check.Spec{Holds: check.Duration(5 * time.Second)}, []look{
			{0, check.Pass, check.CannotTell, 5 * time.Second},
			{3 * time.Second, check.Pass, check.CannotTell, 2 * time.Second},
			{4 * time.Second, check.Fail, check.Fail, 0}, // begins anew
			{6 * time.Second, check.Pass, check.CannotTell, 5 * time.Second},
			{11 * time.Second, check.Pass, check.Pass, 0},
			{12 * time.Second, check.CannotTell, check.CannotTell, 0},
		}},
		"never, kept": {check.Spec{Never: check.Duration(5 * time.Second)}, []look{
			{0, check.Fail, check.CannotTell, 5 * time.Second},
			{5 * time.Second, check.Fail, check.Pass, 0},
			{6 * time.Second, check.Pass, check.Pass, 0}, // decided
		}},
		"never, broken": {check.Spec{Never: check.Duration(5 * time.Second)}, []look{
			{0, check.Fail, check.CannotTell, 5 * time.Second},
			{1 * time.Second, check.Pass, check.Fail, 0},
			{6 * time.Second, check.Fail, check.Fail, 0},
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var timer check.Timer
			for _, l := range test.looks {
				got, wait := timer.Observe(test.spec, check.Verdict{State: l.state}, start.Add(l.at))
				if got.State != l.want || wait != l.wait {
					t.Fatalf("at %v: got %s, wait %v; want %s, wait %v", l.at, got.State, wait, l.want, l.wait)
				}
			}
		})
	}
}

func TestBuiltinMessagesSpeakBothLanguages(t *testing.T) {
	t.Parallel()
	for key, text := range check.Builtin() {
		if text.KO == "" || text.EN == "" {
			t.Errorf("%s lacks a language", key)
		}
	}
}
