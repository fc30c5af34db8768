package main

import (
	"testing"
	"time"
)

func TestTrackerCounts(t *testing.T) {
	t.Parallel()
	began := time.Unix(0, 0)
	tr := newTracker(map[string]int64{"a": 10, "example/cmd/labctl": 20, "example/cmd/labctl-plane": 30}, 2, began)
	if tr.begin("# example/broken") {
		t.Error("a compiler's message was taken for a package")
	}
	for i, path := range []string{"a", "example/cmd/labctl", "example/cmd/labctl-plane"} {
		if tr.linking() {
			t.Errorf("linking reported with %d packages left", 3-i)
		}
		if !tr.begin(path) {
			t.Errorf("begin(%q) = false, want true", path)
		}
	}
	if tr.begin("a") {
		t.Error("a package counted twice")
	}
	if !tr.linking() || tr.left(began.Add(time.Second)) != linkTime {
		t.Errorf("after the last package: linking %v, left %v", tr.linking(), tr.left(began.Add(time.Second)))
	}
}

func TestTrackerLeft(t *testing.T) {
	t.Parallel()
	const size = 100 * priorRate // 100 s of work for one core
	tests := []struct {
		name     string
		done     float64 // part of the work
		elapsed  time.Duration
		min, max time.Duration
	}{
		{"nothing measured: the prior speaks", 0, 0, 99 * time.Second, 101 * time.Second},
		{"as fast as the prior", 0.5, 50 * time.Second, 49 * time.Second, 51 * time.Second},
		{"half as fast", 0.5, 100 * time.Second, 90 * time.Second, 100 * time.Second},
		{"stalled at the start", 0, 60 * time.Second, 10 * time.Minute, time.Hour},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			began := time.Unix(0, 0)
			part := int64(tt.done * size)
			tr := newTracker(map[string]int64{"done": part, "rest": size - part}, 1, began)
			if tt.done > 0 {
				tr.begin("done")
			}
			if got := tr.left(began.Add(tt.elapsed)) - linkTime; got < tt.min || got > tt.max {
				t.Errorf("left = %v, want between %v and %v", got, tt.min, tt.max)
			}
		})
	}
}
