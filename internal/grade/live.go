package grade

import (
	"context"

	"github.com/labctl-dev/labctl/internal/check"
	"github.com/labctl-dev/labctl/internal/course"
	"github.com/labctl-dev/labctl/internal/kube/watch"
)

// Live is a lesson's picture of a running cluster.
type Live struct{ set *watch.Set }

// Open begins to watch what the lesson's checks read. The caller must Close it.
func Open(ctx context.Context, client watch.Client, lesson *course.Lesson) *Live {
	var wants []watch.Want
	for _, ref := range Refs(lesson) {
		wants = append(wants, watch.Want(ref))
	}
	return &Live{set: watch.Start(ctx, client, wants)}
}

// Close ends the watches.
func (l *Live) Close() { l.set.Stop() }

// Changes signals that something may have changed.
func (l *Live) Changes() <-chan struct{} { return l.set.Changes() }

// List implements check.Objects.
func (l *Live) List(ctx context.Context, ref check.Ref) ([]map[string]any, error) {
	return l.set.List(ctx, watch.Want(ref))
}
