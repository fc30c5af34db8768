package check

import (
	"github.com/distribution/reference"
	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// functions are the words a check may use beside CEL's and Kubernetes' own:
//
//	found(x)    the object exists
//	ready(x)    it exists, is not being deleted and does its work
//	cond(x, t)  status of condition t: "True", "False", "Unknown" or ""
//	waiting(p)  why the pod's first waiting container waits, "" if none does
//	image(s)    {repo, tag, digest} with the registry's defaults filled in
func functions() []cel.EnvOption {
	dyn, str := cel.DynType, cel.StringType
	return []cel.EnvOption{
		cel.Function("found", cel.Overload("found_dyn", []*cel.Type{dyn}, cel.BoolType,
			cel.UnaryBinding(func(v ref.Val) ref.Val { return types.Bool(nameOf(native(v)) != "") }))),
		cel.Function("ready", cel.Overload("ready_dyn", []*cel.Type{dyn}, cel.BoolType,
			cel.UnaryBinding(func(v ref.Val) ref.Val { return types.Bool(ready(native(v))) }))),
		cel.Function("cond", cel.Overload("cond_dyn_string", []*cel.Type{dyn, str}, str,
			cel.BinaryBinding(func(v, t ref.Val) ref.Val {
				name, _ := t.Value().(string)
				return types.String(text(condition(native(v), name), "status"))
			}))),
		cel.Function("waiting", cel.Overload("waiting_dyn", []*cel.Type{dyn}, str,
			cel.UnaryBinding(func(v ref.Val) ref.Val { return types.String(text(waiting(native(v)), "reason")) }))),
		cel.Function("image", cel.Overload("image_dyn", []*cel.Type{dyn}, cel.MapType(str, str),
			cel.UnaryBinding(func(v ref.Val) ref.Val {
				s, _ := v.Value().(string)
				return types.DefaultTypeAdapter.NativeToValue(image(s))
			}))),
	}
}

// native gives back the plain map a variable was made of.
func native(v ref.Val) any {
	if m, ok := v.(traits.Mapper); ok {
		return m.Value()
	}
	return v.Value()
}

func condition(object any, name string) map[string]any {
	for _, item := range list(object, "status", "conditions") {
		if text(item, "type") == name {
			found, _ := item.(map[string]any)
			return found
		}
	}
	return nil
}

// image splits an image reference the way containerd fills it in; what is no
// reference keeps its own spelling in "invalid" and equals no valid one.
func image(s string) map[string]string {
	named, err := reference.ParseNormalizedNamed(s)
	if err != nil {
		return map[string]string{"repo": "", "tag": "", "digest": "", "invalid": s}
	}
	parts := map[string]string{"repo": named.Name(), "tag": "", "digest": ""}
	if digested, ok := named.(reference.Digested); ok {
		parts["digest"] = digested.Digest().String()
	}
	if tagged, ok := named.(reference.Tagged); ok {
		parts["tag"] = tagged.Tag()
	} else if parts["digest"] == "" {
		parts["tag"] = "latest"
	}
	return parts
}

// waiting is the waiting state of the first container, init containers first,
// that waits for anything.
func waiting(pod any) map[string]any {
	for _, group := range []string{"initContainerStatuses", "containerStatuses"} {
		for _, status := range list(pod, "status", group) {
			if state, ok := dig(status, "state", "waiting").(map[string]any); ok {
				return state
			}
		}
	}
	return nil
}
