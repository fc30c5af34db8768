package simnet

import (
	"sync"
	"time"
)

// deadline is a moment that can be moved while somebody waits for it; the same
// construction as net.Pipe's.
type deadline struct {
	mu    *sync.Mutex
	timer *time.Timer
	past  chan struct{}
}

func newDeadline() deadline {
	return deadline{mu: &sync.Mutex{}, past: make(chan struct{})}
}

// set moves the deadline; zero means never.
func (d *deadline) set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timer != nil && !d.timer.Stop() {
		<-d.past // the timer fired: wait until its function closed the channel
	}
	d.timer = nil
	passed := over(d.past)
	if t.IsZero() {
		if passed {
			d.past = make(chan struct{})
		}
		return
	}
	if left := time.Until(t); left > 0 {
		if passed {
			d.past = make(chan struct{})
		}
		past := d.past
		d.timer = time.AfterFunc(left, func() { close(past) })
		return
	}
	if !passed {
		close(d.past)
	}
}

func (d *deadline) stop() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timer != nil && d.timer.Stop() {
		d.timer = nil
	}
}

func (d *deadline) expired() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.past
}
