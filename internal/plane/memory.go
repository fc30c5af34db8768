package plane

import (
	"context"
	"runtime/debug"
	"time"
)

const (
	// rushing lets the heap grow freely while a component starts: collecting
	// then would cost the learner time for garbage that is not there yet.
	rushing = 400
	// frugal keeps the heap small afterwards: ten of these processes share a laptop.
	frugal = 40
	// rush is how long a start may take on a slow computer before memory counts.
	rush = 10 * time.Second
)

// tuneMemory trades memory for speed while the process starts, and speed for
// memory later. It returns at once.
func tuneMemory(ctx context.Context) {
	debug.SetGCPercent(rushing)
	go func() {
		timer := time.NewTimer(rush)
		defer timer.Stop()
		select {
		case <-timer.C:
			debug.SetGCPercent(frugal)
			debug.FreeOSMemory()
		case <-ctx.Done():
		}
	}()
}
