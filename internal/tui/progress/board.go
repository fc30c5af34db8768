// Package progress owns how a long-running verb looks while it runs: the state
// its events add up to, and a live view of it on a terminal. It must not do the
// work itself, read the environment or know what a step means.
package progress

import (
	"slices"
	"time"

	"github.com/labctl-dev/labctl/internal/event"
)

// Item is what is known about one subject.
type Item struct {
	Kind    event.Kind
	Subject string
	State   event.State
	Detail  string
	Started time.Time     // when it was first seen running; zero before that
	Elapsed time.Duration // as the last event said it
}

// Finished says whether nothing more is expected of the item.
func (i Item) Finished() bool {
	return i.State == event.Done || i.State == event.Skipped || i.State == event.Failed
}

// Spent is how long the item has taken by now.
func (i Item) Spent(now time.Time) time.Duration {
	if i.State == event.Running && !i.Started.IsZero() && now.After(i.Started) {
		return now.Sub(i.Started)
	}
	return i.Elapsed
}

// Board is what all events of one verb add up to, in the order the subjects
// first appeared. The zero Board is ready for use; it is a value and With
// returns a new one.
type Board struct {
	Items []Item
}

// With returns the board after e. Events of one subject may repeat.
func (b Board) With(e event.Event) Board {
	items := slices.Clone(b.Items)
	at := slices.IndexFunc(items, func(i Item) bool { return i.Kind == e.Kind && i.Subject == e.Subject })
	if at < 0 {
		items = append(items, Item{Kind: e.Kind, Subject: e.Subject})
		at = len(items) - 1
	}
	item := &items[at]
	if e.State == event.Running && (item.State != event.Running || item.Started.IsZero()) {
		item.Started = e.Time.Add(-e.Elapsed)
		if e.Time.IsZero() {
			item.Started = time.Time{}
		}
	}
	item.State, item.Detail, item.Elapsed = e.State, e.Detail, e.Elapsed
	return Board{Items: items}
}

// Of lists the items of one kind.
func (b Board) Of(kind event.Kind) []Item {
	var found []Item
	for _, item := range b.Items {
		if item.Kind == kind {
			found = append(found, item)
		}
	}
	return found
}
