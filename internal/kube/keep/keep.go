// Package keep owns putting a cluster back as it was: it remembers which objects
// there were and deletes those that came since. It must only be pointed at
// clusters that belong to labctl, and it brings nothing back that was deleted.
package keep

import (
	"context"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"github.com/labctl-dev/labctl/internal/kube/watch"
)

// kept lists what a learner may leave behind, owners before what they own.
func kept() []schema.GroupVersionResource {
	names := []string{
		"apps/v1/deployments", "apps/v1/daemonsets", "apps/v1/statefulsets", "apps/v1/replicasets",
		"batch/v1/cronjobs", "batch/v1/jobs",
		"networking.k8s.io/v1/ingresses", "networking.k8s.io/v1/networkpolicies",
		"rbac.authorization.k8s.io/v1/roles", "rbac.authorization.k8s.io/v1/rolebindings",
		"v1/services", "v1/pods", "v1/configmaps", "v1/secrets", "v1/persistentvolumeclaims",
		"v1/namespaces", "v1/persistentvolumes",
	}
	var all []schema.GroupVersionResource
	for _, name := range names {
		at := strings.LastIndex(name, "/")
		gv, _ := schema.ParseGroupVersion(name[:at])
		all = append(all, gv.WithResource(name[at+1:]))
	}
	return all
}

// doubtPeriod is how often the API server is asked itself, so that a watch that
// lost an event cannot hold up the proof.
const doubtPeriod = time.Second

// Keeper remembers what a lab held and puts it back by deleting the rest.
type Keeper struct {
	client watch.Client
	held   map[types.UID]bool
}

// Remember looks at what the cluster holds now.
func Remember(ctx context.Context, client watch.Client) (*Keeper, error) {
	k := &Keeper{client: client, held: map[types.UID]bool{}}
	for _, resource := range kept() {
		found, err := client.Resource(resource).List(ctx, metav1.ListOptions{})
		if err != nil {
			return nil, fmt.Errorf("remembering the lab's %s: %w", resource.Resource, err)
		}
		for i := range found.Items {
			k.held[found.Items[i].GetUID()] = true
		}
	}
	return k, nil
}

// Restore deletes what was not there when the Keeper was made and waits, by
// watching, until it is gone. When ctx ends first, the error names what is left.
func (k *Keeper) Restore(ctx context.Context) error {
	var wants []watch.Want
	for _, resource := range kept() {
		wants = append(wants, watch.Want{GVR: resource})
	}
	set := watch.Start(ctx, k.client, wants)
	defer set.Stop()
	direct := watch.Start(ctx, k.client, nil) // reads from the API server
	defer direct.Stop()
	doubt := time.NewTicker(doubtPeriod)
	defer doubt.Stop()
	source := set
	deleted := map[types.UID]bool{}
	for {
		left, err := k.sweep(ctx, source, wants, deleted)
		if err != nil {
			return err
		}
		if len(left) == 0 {
			return nil
		}
		select {
		case <-set.Changes():
			source = set
		case <-doubt.C:
			source = direct
		case <-ctx.Done():
			return fmt.Errorf("%w; still there: %s", ctx.Err(), strings.Join(left, ", "))
		}
	}
}

// sweep asks for every new object to be deleted, once, and names those left.
func (k *Keeper) sweep(ctx context.Context, set *watch.Set, wants []watch.Want, deleted map[types.UID]bool) ([]string, error) {
	var left []string
	for _, want := range wants {
		objects, err := set.List(ctx, want)
		if err != nil {
			return nil, err
		}
		for _, raw := range objects {
			object := &unstructured.Unstructured{Object: raw}
			if k.belongs(want, object) {
				continue
			}
			left = append(left, want.GVR.Resource+"/"+object.GetName())
			if deleted[object.GetUID()] || metav1.GetControllerOfNoCopy(object) != nil {
				continue // asked for already, or its owner takes it along
			}
			deleted[object.GetUID()] = true
			if err := k.delete(ctx, want.GVR, object); err != nil {
				return nil, err
			}
		}
	}
	return left, nil
}

// belongs says whether an object is the lab's own: it was there before, or the
// cluster makes it by itself.
func (k *Keeper) belongs(want watch.Want, object *unstructured.Unstructured) bool {
	return k.held[object.GetUID()] || strings.HasPrefix(object.GetNamespace(), "kube-") ||
		(want.GVR.Resource == "configmaps" && object.GetName() == "kube-root-ca.crt")
}

func (k *Keeper) delete(ctx context.Context, resource schema.GroupVersionResource, object *unstructured.Unstructured) error {
	uid, grace, background := object.GetUID(), int64(1), metav1.DeletePropagationBackground
	err := k.client.Resource(resource).Namespace(object.GetNamespace()).Delete(ctx, object.GetName(), metav1.DeleteOptions{
		GracePeriodSeconds: &grace, PropagationPolicy: &background, Preconditions: &metav1.Preconditions{UID: &uid},
	})
	if err != nil && !apierrors.IsNotFound(err) && !apierrors.IsConflict(err) {
		return fmt.Errorf("deleting %s %s: %w", resource.Resource, object.GetName(), err)
	}
	return nil
}
