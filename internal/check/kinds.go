package check

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

type kind struct {
	apiVersion, kind, resource string
	cluster                    bool // has no namespace
	via                        string
}

// kinds are those an author may name without an apiVersion. via is the kind that
// stands between a kind and its pods.
func kinds() []kind {
	return []kind{
		{apiVersion: "v1", kind: "Pod", resource: "pods"},
		{apiVersion: "v1", kind: "Service", resource: "services"},
		{apiVersion: "v1", kind: "ConfigMap", resource: "configmaps"},
		{apiVersion: "v1", kind: "Secret", resource: "secrets"},
		{apiVersion: "v1", kind: "ServiceAccount", resource: "serviceaccounts"},
		{apiVersion: "v1", kind: "PersistentVolumeClaim", resource: "persistentvolumeclaims"},
		{apiVersion: "v1", kind: "Event", resource: "events"},
		{apiVersion: "v1", kind: "Node", resource: "nodes", cluster: true},
		{apiVersion: "v1", kind: "Namespace", resource: "namespaces", cluster: true},
		{apiVersion: "v1", kind: "PersistentVolume", resource: "persistentvolumes", cluster: true},
		{apiVersion: "apps/v1", kind: "Deployment", resource: "deployments", via: "ReplicaSet"},
		{apiVersion: "apps/v1", kind: "ReplicaSet", resource: "replicasets"},
		{apiVersion: "apps/v1", kind: "DaemonSet", resource: "daemonsets"},
		{apiVersion: "apps/v1", kind: "StatefulSet", resource: "statefulsets"},
		{apiVersion: "batch/v1", kind: "Job", resource: "jobs"},
		{apiVersion: "batch/v1", kind: "CronJob", resource: "cronjobs", via: "Job"},
		{apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", resource: "endpointslices"},
		{apiVersion: "networking.k8s.io/v1", kind: "Ingress", resource: "ingresses"},
		{apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", resource: "networkpolicies"},
		{apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", resource: "roles"},
		{apiVersion: "rbac.authorization.k8s.io/v1", kind: "RoleBinding", resource: "rolebindings"},
		{apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", resource: "clusterroles", cluster: true},
		{apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRoleBinding", resource: "clusterrolebindings", cluster: true},
	}
}

// KnownKinds lists the kinds that need no apiVersion.
func KnownKinds() []string {
	var names []string
	for _, k := range kinds() {
		names = append(names, k.kind)
	}
	return names
}

func lookupKind(apiVersion, name string) (kind, error) {
	i := slices.IndexFunc(kinds(), func(k kind) bool {
		return k.kind == name && (apiVersion == "" || apiVersion == k.apiVersion)
	})
	if i >= 0 {
		return kinds()[i], nil
	}
	if apiVersion == "" {
		return kind{}, fmt.Errorf("kind %q is not known without an apiVersion", name)
	}
	return kind{apiVersion: apiVersion, kind: name, resource: plural(name)}, nil
}

// plural guesses a custom resource's name as Kubernetes' own tools do.
func plural(kind string) string {
	lower := strings.ToLower(kind)
	switch {
	case strings.HasSuffix(lower, "s"):
		return lower + "es"
	case strings.HasSuffix(lower, "y"):
		return strings.TrimSuffix(lower, "y") + "ies"
	default:
		return lower + "s"
	}
}

func (k kind) ref(namespace string) Ref {
	gv, _ := schema.ParseGroupVersion(k.apiVersion)
	switch {
	case k.cluster, namespace == "*":
		namespace = ""
	case namespace == "":
		namespace = "default"
	}
	return Ref{GVR: gv.WithResource(k.resource), Namespace: namespace}
}
