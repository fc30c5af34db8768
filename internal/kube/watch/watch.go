// Package watch owns an up-to-date picture of a few kinds of objects, for as
// long as one lesson needs them: one informer for each resource and namespace,
// and nothing else. Where a watch is refused it reads on demand instead. It must
// not judge what it sees and never changes a cluster.
package watch

import (
	"context"
	"errors"
	"fmt"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
)

// Client reads and watches any kind of object.
type Client = dynamic.Interface

// Want names what to watch: a resource in one namespace, or in all ("").
type Want struct {
	GVR       schema.GroupVersionResource
	Namespace string
}

// Set is a running group of informers. Its methods are safe for concurrent use.
type Set struct {
	client  Client
	feeds   map[Want]*feed
	changes chan struct{}
	cancel  context.CancelFunc
	running sync.WaitGroup
}

// Start begins to watch and returns at once; List waits for the first picture.
// The caller must Stop the set.
func Start(ctx context.Context, client Client, wants []Want) *Set {
	ctx, cancel := context.WithCancel(ctx)
	s := &Set{client: client, feeds: map[Want]*feed{}, changes: make(chan struct{}, 1), cancel: cancel}
	for _, want := range wants {
		if s.feeds[want] != nil {
			continue
		}
		f := newFeed(client, want, s.notify)
		s.feeds[want] = f
		s.running.Go(func() { f.run(ctx) })
	}
	return s
}

// Stop ends every informer and waits for them.
func (s *Set) Stop() {
	s.cancel()
	s.running.Wait()
}

// Changes signals that something watched may have changed. Several changes may
// arrive as one signal; none is lost.
func (s *Set) Changes() <-chan struct{} { return s.changes }

func (s *Set) notify() {
	select {
	case s.changes <- struct{}{}:
	default: // a signal is waiting already
	}
}

// List returns the objects of want as plain maps, which must not be changed.
// What is not watched, or may not be, is read from the API server. A resource
// the cluster does not serve has no objects.
func (s *Set) List(ctx context.Context, want Want) ([]map[string]any, error) {
	f := s.feeds[want]
	if f == nil {
		return s.read(ctx, want)
	}
	select {
	case <-f.refused:
		return s.read(ctx, want)
	default:
	}
	select {
	case <-f.synced:
		return f.list(), nil
	case <-f.refused:
		return s.read(ctx, want)
	case <-f.unserved:
		return s.readUnlessSynced(ctx, f, want)
	case <-ctx.Done():
		return nil, errors.Join(ctx.Err(), f.lastError())
	}
}

// readUnlessSynced prefers the picture: a resource that was not served at first
// may be by now.
func (s *Set) readUnlessSynced(ctx context.Context, f *feed, want Want) ([]map[string]any, error) {
	select {
	case <-f.synced:
		return f.list(), nil
	default:
		return s.read(ctx, want)
	}
}

func (s *Set) read(ctx context.Context, want Want) ([]map[string]any, error) {
	found, err := s.client.Resource(want.GVR).Namespace(want.Namespace).List(ctx, metav1.ListOptions{})
	switch {
	case apierrors.IsNotFound(err), meta.IsNoMatchError(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("listing %s: %w", want.GVR.Resource, err)
	}
	objects := make([]map[string]any, len(found.Items))
	for i := range found.Items {
		objects[i] = found.Items[i].Object
	}
	return objects, nil
}
