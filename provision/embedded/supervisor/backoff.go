package supervisor

import "time"

// How a crashed component comes back: at once the first time, then with pauses
// that double; a component that was healthy long enough starts over.
const (
	backoffFirst = 500 * time.Millisecond
	backoffMax   = 10 * time.Second
	backoffReset = 60 * time.Second
)

// backoff counts crashes in a row. The zero backoff has seen none.
type backoff struct{ crashes int }

// next returns the pause before the next start of a component that ended after
// having been healthy for that long.
func (b *backoff) next(healthyFor time.Duration) time.Duration {
	if healthyFor >= backoffReset {
		b.crashes = 0
	}
	b.crashes++
	pause := time.Duration(0)
	for i := 1; i < b.crashes && pause < backoffMax; i++ {
		pause = max(backoffFirst, min(2*pause, backoffMax))
	}
	return pause
}
