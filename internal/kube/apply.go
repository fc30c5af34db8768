package kube

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/restmapper"
)

// Decode splits a multi-document YAML text into objects. Empty documents are
// skipped; one without kind, apiVersion or name is an error.
func Decode(manifest []byte) ([]*unstructured.Unstructured, error) {
	var objects []*unstructured.Unstructured
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(manifest), 4096)
	for {
		object := &unstructured.Unstructured{}
		err := decoder.Decode(&object.Object)
		switch {
		case errors.Is(err, io.EOF):
			return objects, nil
		case err != nil:
			return nil, fmt.Errorf("document %d: %w", len(objects)+1, err)
		case len(object.Object) == 0:
			continue
		case object.GetKind() == "" || object.GetAPIVersion() == "" || object.GetName() == "":
			return nil, fmt.Errorf("document %d: kind, apiVersion or metadata.name is missing", len(objects)+1)
		}
		objects = append(objects, object)
	}
}

// parallel bounds the requests in flight: more do not make the server faster.
const parallel = 8

// Apply lays every object of a multi-document YAML text on the server by
// server-side apply, as the field manager named manager. Namespaces go first,
// the rest in parallel. Objects without a namespace go to "default" where their
// kind needs one. Applying the same again changes nothing.
func (c *Client) Apply(ctx context.Context, manifest []byte, manager string) error {
	objects, err := Decode(manifest)
	if err != nil {
		return fmt.Errorf("decoding manifest: %w", err)
	}
	mapper := restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(c.Typed.Discovery()))
	for _, first := range []bool{true, false} {
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(parallel)
		for _, object := range objects {
			if first == (object.GetKind() == "Namespace") {
				group.Go(func() error { return c.applyOne(ctx, mapper, object, manager) })
			}
		}
		if err := group.Wait(); err != nil {
			return err
		}
	}
	return nil
}

func (c *Client) applyOne(ctx context.Context, mapper meta.RESTMapper, object *unstructured.Unstructured, manager string) error {
	kind := object.GroupVersionKind()
	mapping, err := mapper.RESTMapping(kind.GroupKind(), kind.Version)
	if err != nil {
		return fmt.Errorf("applying %s %s: %w", kind.Kind, object.GetName(), err)
	}
	var target dynamic.ResourceInterface = c.Dynamic.Resource(mapping.Resource)
	if mapping.Scope.Name() == meta.RESTScopeNameNamespace {
		namespace := object.GetNamespace()
		if namespace == "" {
			namespace = metav1.NamespaceDefault
		}
		target = c.Dynamic.Resource(mapping.Resource).Namespace(namespace)
	}
	_, err = target.Apply(ctx, object.GetName(), object, metav1.ApplyOptions{FieldManager: manager, Force: true})
	if err != nil {
		return fmt.Errorf("applying %s %s: %w", kind.Kind, object.GetName(), err)
	}
	return nil
}
