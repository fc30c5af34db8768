// Package kubeconfig owns one context of labctl in the user's own kubeconfig:
// putting it in and taking it out again. It must not touch any other entry, and
// it must not change a file it cannot read.
package kubeconfig

import (
	"encoding/json"
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// extension marks the entries labctl made; kubectl keeps extensions as they are.
const extension = "labctl.dev/lab"

// mark is the content of the extension.
type mark struct {
	Lab      string `json:"lab"`
	Previous string `json:"previous,omitempty"` // current-context before the merge; on the context only
}

// ContextName is the name of the context, cluster and user of a lab.
func ContextName(lab string) string { return "labctl-" + lab }

// errTaken says an entry of our name is not ours.
var errTaken = errors.New("entry exists and was not made by labctl")

// merge puts the current context of source into a copy of target as the
// context of lab, and makes it current.
func merge(target, source *clientcmdapi.Config, lab string) (*clientcmdapi.Config, error) {
	name := ContextName(lab)
	if taken(target, name) {
		return nil, errTaken
	}
	from, ok := source.Contexts[source.CurrentContext]
	if !ok || source.Clusters[from.Cluster] == nil || source.AuthInfos[from.AuthInfo] == nil {
		return nil, fmt.Errorf("the lab's kubeconfig has no usable current context %q", source.CurrentContext)
	}
	merged := target.DeepCopy()
	previous := merged.CurrentContext
	if old := merged.Contexts[name]; old != nil && previous == name {
		previous = read(old.Extensions).Previous // merged before: keep what was current before that
	}
	cluster, user := source.Clusters[from.Cluster].DeepCopy(), source.AuthInfos[from.AuthInfo].DeepCopy()
	cluster.Extensions = marked(mark{Lab: lab})
	user.Extensions = marked(mark{Lab: lab})
	merged.Clusters[name], merged.AuthInfos[name] = cluster, user
	merged.Contexts[name] = &clientcmdapi.Context{
		Cluster: name, AuthInfo: name, Namespace: from.Namespace,
		Extensions: marked(mark{Lab: lab, Previous: previous}),
	}
	merged.CurrentContext = name
	return merged, nil
}

// unmerge takes lab's entries out of a copy of target; changed is false where
// there are none. An entry of that name that is not ours stays.
func unmerge(target *clientcmdapi.Config, lab string) (cleaned *clientcmdapi.Config, changed bool) {
	name := ContextName(lab)
	cleaned = target.DeepCopy()
	previous := ""
	if entry := cleaned.Contexts[name]; entry != nil && ours(entry.Extensions) {
		previous, changed = read(entry.Extensions).Previous, true
		delete(cleaned.Contexts, name)
	}
	if entry := cleaned.Clusters[name]; entry != nil && ours(entry.Extensions) {
		changed = true
		delete(cleaned.Clusters, name)
	}
	if entry := cleaned.AuthInfos[name]; entry != nil && ours(entry.Extensions) {
		changed = true
		delete(cleaned.AuthInfos, name)
	}
	if _, stays := cleaned.Contexts[name]; changed && !stays && cleaned.CurrentContext == name {
		cleaned.CurrentContext = ""
		if _, exists := cleaned.Contexts[previous]; exists {
			cleaned.CurrentContext = previous
		}
	}
	return cleaned, changed
}

// taken says whether an entry of that name exists that labctl did not make.
func taken(config *clientcmdapi.Config, name string) bool {
	context, cluster, user := config.Contexts[name], config.Clusters[name], config.AuthInfos[name]
	return (context != nil && !ours(context.Extensions)) ||
		(cluster != nil && !ours(cluster.Extensions)) || (user != nil && !ours(user.Extensions))
}

func ours(extensions map[string]runtime.Object) bool { return extensions[extension] != nil }

func marked(m mark) map[string]runtime.Object {
	raw, _ := json.Marshal(m) // two strings always encode
	return map[string]runtime.Object{extension: &runtime.Unknown{Raw: raw, ContentType: runtime.ContentTypeJSON}}
}

// read returns the mark, or a zero one where someone edited it.
func read(extensions map[string]runtime.Object) mark {
	var m mark
	if unknown, ok := extensions[extension].(*runtime.Unknown); ok {
		_ = json.Unmarshal(unknown.Raw, &m)
	}
	return m
}

// decode reads a kubeconfig; an empty one is a valid empty configuration.
func decode(data []byte) (*clientcmdapi.Config, error) {
	config, err := clientcmd.Load(data)
	if err != nil {
		return nil, fmt.Errorf("decoding kubeconfig: %w", err)
	}
	return config, nil
}
