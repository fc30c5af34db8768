package watch

import (
	"context"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
)

// pollPeriod is how often a reader is told to look again at what cannot be watched.
const pollPeriod = 2 * time.Second

// feed keeps the picture of one Want.
type feed struct {
	store      cache.Store
	controller cache.Controller
	notify     func()

	synced   chan struct{} // closed once the first picture is complete
	refused  chan struct{} // closed once the API server said it may not be watched
	unserved chan struct{} // closed once the API server said it has no such resource

	refuseOnce, unservedOnce sync.Once

	mu  sync.Mutex
	err error
}

func newFeed(client Client, want Want, notify func()) *feed {
	f := &feed{notify: notify, synced: make(chan struct{}), refused: make(chan struct{}), unserved: make(chan struct{})}
	resource := client.Resource(want.GVR).Namespace(want.Namespace)
	source := &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
			found, err := resource.List(ctx, options)
			f.note(err)
			return found, err
		},
		WatchFuncWithContext: func(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
			watcher, err := resource.Watch(ctx, options)
			f.note(err)
			return watcher, err
		},
	}
	f.store, f.controller = cache.NewInformerWithOptions(cache.InformerOptions{
		ListerWatcher: cache.ToListWatcherWithWatchListSemantics(source, client),
		ObjectType:    &unstructured.Unstructured{},
		Handler: cache.ResourceEventHandlerFuncs{
			AddFunc: func(any) { notify() }, UpdateFunc: func(any, any) { notify() }, DeleteFunc: func(any) { notify() },
		},
		Transform: dropManagedFields,
	})
	return f
}

// run keeps the picture until ctx ends. When the API server refuses the watch it
// only reminds the reader, every pollPeriod, to look again.
func (f *feed) run(ctx context.Context) {
	f.watch(ctx)
	ticker := time.NewTicker(pollPeriod)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			f.notify()
		case <-ctx.Done():
			return
		}
	}
}

func (f *feed) watch(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var waiting sync.WaitGroup
	defer waiting.Wait()
	waiting.Go(func() {
		select {
		case <-f.refused:
			cancel()
		case <-ctx.Done():
		}
	})
	waiting.Go(func() {
		select {
		case <-f.controller.HasSyncedChecker().Done():
			close(f.synced)
			f.notify()
		case <-ctx.Done():
		}
	})
	f.controller.RunWithContext(ctx)
	cancel()
}

// note remembers why the API server cannot be watched, and gives up where it
// never will be: not allowed, or not a verb of this resource. A resource that is
// not served may come later, with its definition, so that is retried.
func (f *feed) note(err error) {
	f.mu.Lock()
	f.err = err
	f.mu.Unlock()
	if apierrors.IsForbidden(err) || apierrors.IsMethodNotSupported(err) {
		f.refuseOnce.Do(func() { close(f.refused) })
		f.notify()
	}
	if apierrors.IsNotFound(err) {
		f.unservedOnce.Do(func() { close(f.unserved) })
	}
}

func (f *feed) lastError() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

func (f *feed) list() []map[string]any {
	items := f.store.List()
	objects := make([]map[string]any, 0, len(items))
	for _, item := range items {
		if object, ok := item.(*unstructured.Unstructured); ok {
			objects = append(objects, object.Object)
		}
	}
	return objects
}

// dropManagedFields frees what no check looks at and often is half of an object.
func dropManagedFields(item any) (any, error) {
	if object, ok := item.(*unstructured.Unstructured); ok {
		object.SetManagedFields(nil)
	}
	return item, nil
}
