package watch_test

import (
	"context"
	"errors"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	apiwatch "k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic/fake"
	clienttesting "k8s.io/client-go/testing"

	"github.com/labctl-dev/labctl/internal/kube/watch"
)

func pods() schema.GroupVersionResource {
	return schema.GroupVersionResource{Version: "v1", Resource: "pods"}
}

func pod(namespace, name string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Pod",
		"metadata": map[string]any{
			"name": name, "namespace": namespace,
			"managedFields": []any{map[string]any{"manager": "kubectl"}},
		},
	}}
}

func client(objects ...runtime.Object) *fake.FakeDynamicClient {
	kinds := map[schema.GroupVersionResource]string{pods(): "PodList"}
	return fake.NewSimpleDynamicClientWithCustomListKinds(runtime.NewScheme(), kinds, objects...)
}

func names(t *testing.T, set *watch.Set, want watch.Want) []string {
	t.Helper()
	objects, err := set.List(t.Context(), want)
	if err != nil {
		t.Fatalf("List: %v", err)
	}
	var found []string
	for _, object := range objects {
		found = append(found, (&unstructured.Unstructured{Object: object}).GetName())
	}
	return found
}

// until waits for signals until the condition holds; the test's own deadline bounds it.
func until(t *testing.T, set *watch.Set, condition func() bool) {
	t.Helper()
	for !condition() {
		select {
		case <-set.Changes():
		case <-t.Context().Done():
			t.Fatal("the test ended before the change was seen")
		}
	}
}

func TestSetFollowsChanges(t *testing.T) {
	t.Parallel()
	c := client(pod("default", "nginx"), pod("other", "stranger"))
	want := watch.Want{GVR: pods(), Namespace: "default"}
	set := watch.Start(t.Context(), c, []watch.Want{want, want})
	defer set.Stop()
	if got := names(t, set, want); len(got) != 1 || got[0] != "nginx" {
		t.Fatalf("first picture = %v, want [nginx]", got)
	}
	objects, _ := set.List(t.Context(), want)
	if fields := (&unstructured.Unstructured{Object: objects[0]}).GetManagedFields(); len(fields) != 0 {
		t.Errorf("managedFields kept: %v", fields)
	}
	resource := c.Resource(pods()).Namespace("default")
	if _, err := resource.Create(t.Context(), pod("default", "web"), metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	until(t, set, func() bool { return len(names(t, set, want)) == 2 })
	if err := resource.Delete(t.Context(), "nginx", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	until(t, set, func() bool { return len(names(t, set, want)) == 1 })
}

func TestSetReadsWhatItDoesNotWatch(t *testing.T) {
	t.Parallel()
	set := watch.Start(t.Context(), client(pod("default", "nginx")), nil)
	defer set.Stop()
	if got := names(t, set, watch.Want{GVR: pods()}); len(got) != 1 {
		t.Fatalf("all namespaces = %v, want one pod", got)
	}
}

func TestSetFallsBackWhenWatchIsRefused(t *testing.T) {
	t.Parallel()
	c := client(pod("default", "nginx"))
	refusal := apierrors.NewForbidden(schema.GroupResource{Resource: "pods"}, "", errors.New("no watch for you"))
	c.PrependWatchReactor("pods", func(clienttesting.Action) (bool, apiwatch.Interface, error) { return true, nil, refusal })
	want := watch.Want{GVR: pods(), Namespace: "default"}
	set := watch.Start(t.Context(), c, []watch.Want{want})
	defer set.Stop()
	if got := names(t, set, want); len(got) != 1 {
		t.Fatalf("got %v, want one pod", got)
	}
	if _, err := c.Resource(pods()).Namespace("default").Create(t.Context(), pod("default", "web"), metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	until(t, set, func() bool { return len(names(t, set, want)) == 2 })
}

func TestSetSaysWhyItCannotTell(t *testing.T) {
	t.Parallel()
	for name, failure := range map[string]error{
		"forbidden": apierrors.NewForbidden(schema.GroupResource{Resource: "pods"}, "", errors.New("no")),
		"down":      apierrors.NewServiceUnavailable("api server is down"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := client()
			failed := make(chan struct{}, 64)
			c.PrependReactor("list", "pods", func(clienttesting.Action) (bool, runtime.Object, error) {
				select {
				case failed <- struct{}{}:
				default:
				}
				return true, nil, failure
			})
			want := watch.Want{GVR: pods(), Namespace: "default"}
			set := watch.Start(t.Context(), c, []watch.Want{want})
			defer set.Stop()
			<-failed
			ctx, cancel := context.WithCancel(t.Context())
			if name == "down" {
				cancel()
			}
			defer cancel()
			if _, err := set.List(ctx, want); err == nil {
				t.Fatal("List succeeded without an API server")
			}
		})
	}
}

func TestSetTreatsUnservedResourceAsEmpty(t *testing.T) {
	t.Parallel()
	c := client()
	c.PrependReactor("list", "pods", func(clienttesting.Action) (bool, runtime.Object, error) {
		return true, nil, apierrors.NewNotFound(schema.GroupResource{Resource: "pods"}, "")
	})
	want := watch.Want{GVR: pods()}
	set := watch.Start(t.Context(), c, []watch.Want{want})
	defer set.Stop()
	if got := names(t, set, want); len(got) != 0 {
		t.Fatalf("got %v, want nothing", got)
	}
}
