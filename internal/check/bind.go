package check

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// binder reads the objects of one check's binds.
type binder struct {
	names []string // owners before what they own
	binds map[string]Bind
	kinds map[string]kind
}

func newBinder(binds map[string]Bind) (*binder, []Fault) {
	b := &binder{binds: binds, kinds: map[string]kind{}}
	var faults []Fault
	for _, name := range slices.Sorted(maps.Keys(binds)) {
		bind := binds[name]
		k, err := lookupKind(bind.APIVersion, bind.Kind)
		if err != nil {
			faults = append(faults, fault([]string{"bind", name, "kind"}, "write the kind as in a manifest (Pod, Deployment), or give its apiVersion", "%v", err))
		}
		b.kinds[name] = k
		if owner, ok := binds[bind.Of]; bind.Of != "" && (!ok || owner.Of != "" || bind.Of == name) {
			faults = append(faults, fault([]string{"bind", name, "of"}, "name another bind of this check that has no `of` itself", "%q is not a bind that can own objects", bind.Of))
		}
	}
	b.names = slices.SortedFunc(maps.Keys(binds), func(x, y string) int {
		if (binds[x].Of == "") != (binds[y].Of == "") {
			if binds[x].Of == "" {
				return -1
			}
			return 1
		}
		return slices.Compare([]string{x}, []string{y})
	})
	return b, faults
}

// namespaceFor lets an owned bind live where its owner does.
func (b *binder) namespaceFor(bind Bind) string {
	if bind.Of != "" && bind.Namespace == "" {
		return b.binds[bind.Of].Namespace
	}
	return bind.Namespace
}

// refs lists every set of objects an evaluation reads.
func (b *binder) refs() []Ref {
	var refs []Ref
	for _, name := range b.names {
		bind := b.binds[name]
		refs = append(refs, b.kinds[name].ref(b.namespaceFor(bind)))
		if via, ok := b.between(bind); ok {
			refs = append(refs, via.ref(b.namespaceFor(bind)))
		}
	}
	return refs
}

// between is the kind through which the owner of bind owns it, if any.
func (b *binder) between(bind Bind) (kind, bool) {
	if bind.Of == "" {
		return kind{}, false
	}
	via := b.kinds[bind.Of].via
	if via == "" || via == bind.Kind {
		return kind{}, false
	}
	k, err := lookupKind("", via)
	return k, err == nil
}

// read returns the CEL variables: an object or a list for each bind.
func (b *binder) read(ctx context.Context, objects Objects) (map[string]any, error) {
	vars := make(map[string]any, len(b.names))
	if len(b.names) > 0 && objects == nil {
		return nil, errors.New("no cluster to look at")
	}
	for _, name := range b.names {
		found, err := b.find(ctx, objects, name, vars)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", b.binds[name].Kind, err)
		}
		if !b.binds[name].Single() {
			vars[name] = anyList(found)
			continue
		}
		vars[name] = map[string]any{}
		if len(found) > 0 {
			vars[name] = found[0]
		}
	}
	return vars, nil
}

func (b *binder) find(ctx context.Context, objects Objects, name string, vars map[string]any) ([]map[string]any, error) {
	bind := b.binds[name]
	all, err := objects.List(ctx, b.kinds[name].ref(b.namespaceFor(bind)))
	if err != nil {
		return nil, err
	}
	owners, err := b.owners(ctx, objects, bind, vars)
	if err != nil {
		return nil, err
	}
	var found []map[string]any
	for _, object := range all {
		if (bind.Name != "" && nameOf(object) != bind.Name) || !hasLabels(object, bind.Labels) ||
			(bind.Of != "" && !ownedBy(object, owners)) {
			continue
		}
		found = append(found, object)
	}
	sortObjects(found)
	return found, nil
}

func (b *binder) owners(ctx context.Context, objects Objects, bind Bind, vars map[string]any) (map[string]bool, error) {
	uids := map[string]bool{}
	for _, owner := range objectsIn(vars[bind.Of]) {
		uids[text(owner, "metadata", "uid")] = true
	}
	via, ok := b.between(bind)
	if !ok {
		return uids, nil
	}
	middle, err := objects.List(ctx, via.ref(b.namespaceFor(bind)))
	if err != nil {
		return nil, err
	}
	through := maps.Clone(uids)
	for _, object := range middle {
		if ownedBy(object, uids) {
			through[text(object, "metadata", "uid")] = true
		}
	}
	return through, nil
}

// objectsIn lists the existing objects a variable stands for.
func objectsIn(value any) []map[string]any {
	switch v := value.(type) {
	case map[string]any:
		if len(v) > 0 {
			return []map[string]any{v}
		}
	case []any:
		var objects []map[string]any
		for _, item := range v {
			if object, ok := item.(map[string]any); ok {
				objects = append(objects, object)
			}
		}
		return objects
	}
	return nil
}

func anyList(objects []map[string]any) []any {
	items := make([]any, len(objects))
	for i, object := range objects {
		items[i] = object
	}
	return items
}
