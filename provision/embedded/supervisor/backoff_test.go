package supervisor

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestBackoff(t *testing.T) {
	t.Parallel()
	const ms, s = time.Millisecond, time.Second
	for _, tc := range []struct {
		name    string
		healthy []time.Duration
		want    []time.Duration
	}{
		{"never healthy", []time.Duration{0, 0, 0, 0, 0, 0, 0, 0}, []time.Duration{0, 500 * ms, s, 2 * s, 4 * s, 8 * s, 10 * s, 10 * s}},
		{"healthy too briefly", []time.Duration{0, 59 * s, 59 * s}, []time.Duration{0, 500 * ms, s}},
		{"healthy long enough", []time.Duration{0, 0, 60 * s, 0}, []time.Duration{0, 500 * ms, 0, 500 * ms}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var b backoff
			var got []time.Duration
			for _, healthy := range tc.healthy {
				got = append(got, b.next(healthy))
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
