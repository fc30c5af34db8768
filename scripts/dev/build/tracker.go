package main

import (
	"fmt"
	"sync"
	"time"
)

// tracker knows how much of a build is done. Packages differ by a factor of a
// thousand in size, so it weighs them by the bytes of their source. It is safe
// for concurrent use.
type tracker struct {
	mu     sync.Mutex
	todo   map[string]int64 // import path → bytes, of packages not begun yet
	total  int
	bytes  int64 // of all packages
	done   int64 // bytes of the packages begun
	linked int   // programs whose own package was begun: all that is left is linking
	prior  float64
	began  time.Time
}

// priorRate is what one core compiles in a second, in bytes of source, with
// all of Kubernetes as the measure (108 MB in 5m40s on 2 cores).
const priorRate = 158_000

// priorSeconds of work must be seen before the measured speed counts as much
// as the prior: small packages come first and mislead.
const priorSeconds = 10

// linkTime is what linking takes after the last package.
const linkTime = 8 * time.Second

func newTracker(stale map[string]int64, cores int, began time.Time) *tracker {
	t := &tracker{todo: make(map[string]int64, len(stale)), prior: priorRate * float64(cores), began: began}
	for path, size := range stale {
		t.todo[path] = size
		t.total++
		t.bytes += size
	}
	return t
}

// begin notes that go began to compile the package. It reports false where the
// line names no package of this build, so that it must be something go says.
func (t *tracker) begin(path string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	size, known := t.todo[path]
	if !known {
		return false
	}
	delete(t.todo, path)
	t.done += size
	if isTarget(path) {
		t.linked++
	}
	return true
}

// linking reports whether only the linker is still at work.
func (t *tracker) linking() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.todo) == 0 || t.linked == len(targets)
}

// left estimates the time to the end of the build.
func (t *tracker) left(now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	rate := (float64(t.done) + t.prior*priorSeconds) / (now.Sub(t.began).Seconds() + priorSeconds)
	return time.Duration(float64(t.bytes-t.done)/rate*float64(time.Second)) + linkTime
}

// show writes the present state.
func (t *tracker) show(say *talker, now time.Time) {
	elapsed := clock(now.Sub(t.began))
	if t.linking() {
		say.passing(textLinking, map[string]string{"elapsed": elapsed})
		return
	}
	left := t.left(now)
	t.mu.Lock()
	args := map[string]string{
		"done":    fmt.Sprint(t.total - len(t.todo)),
		"total":   fmt.Sprint(t.total),
		"percent": fmt.Sprint(100 * t.done / max(t.bytes, 1)),
		"elapsed": elapsed,
		"left":    clock(left),
	}
	t.mu.Unlock()
	say.passing(textProgress, args)
}
