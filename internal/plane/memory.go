package plane

import (
	"context"
	"runtime/debug"
	"time"
)

const (
	// frugal is the garbage collector's target: a heap of one and a half times
	// what is in use, because ten of these processes share a laptop. A higher
	// target during the start was tried: it leaves the heap full of holes
	// (docs/decisions/0009).
	frugal = 50
	// settled is when a start is over and its garbage may go back at once.
	settled = 10 * time.Second
)

// tuneMemory keeps the process small. It returns at once.
func tuneMemory(ctx context.Context) {
	debug.SetGCPercent(frugal)
	go func() {
		timer := time.NewTimer(settled)
		defer timer.Stop()
		select {
		case <-timer.C:
			debug.FreeOSMemory()
		case <-ctx.Done():
		}
	}()
}
