package addons

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/kubernetes/scheme"
	strict "sigs.k8s.io/yaml"

	"github.com/labctl-dev/labctl/internal/kube"
	"github.com/labctl-dev/labctl/provision"
)

// TestObjectsFitTheirTypes decodes every object strictly into its Go type: a
// misspelt field would otherwise be dropped in silence.
func TestObjectsFitTheirTypes(t *testing.T) {
	t.Parallel()
	text, err := Objects(provision.DefaultPlan())
	if err != nil {
		t.Fatal(err)
	}
	objects, err := kube.Decode(text)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, object := range objects {
		names = append(names, object.GetKind()+"/"+object.GetName())
		typed, err := scheme.Scheme.New(object.GroupVersionKind())
		if err != nil {
			t.Errorf("%s: %v", object.GetName(), err)
			continue
		}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(object.Object, typed, true); err != nil {
			t.Errorf("%s %s: %v", object.GetKind(), object.GetName(), err)
		}
	}
	for _, want := range []string{"DaemonSet/kube-proxy", "DaemonSet/calico-node", "Deployment/coredns", "Deployment/calico-kube-controllers", "Service/kube-dns", "ClusterRoleBinding/kubeadm:cluster-admins", "ClusterRole/system:labctl:gateway"} {
		if !slices.Contains(names, want) {
			t.Errorf("%s is missing", want)
		}
	}
}

func TestObjectsFollowThePlan(t *testing.T) {
	t.Parallel()
	text, err := Objects(provision.DefaultPlan())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"clusterIP: 10.96.0.10\n", "kube-proxy:v1.37.2\n", "coredns:v1.14.6\n", "value: \"172.16.0.0/16\"", "https://192.168.56.10:6443"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%q is missing", want)
		}
	}
}

func TestStaticPods(t *testing.T) {
	t.Parallel()
	pods := StaticPods(provision.DefaultPlan())
	want := []string{"etcd.yaml", "kube-apiserver.yaml", "kube-controller-manager.yaml", "kube-scheduler.yaml"}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(pods))); diff != "" {
		t.Fatal(diff)
	}
	for file, text := range pods {
		var pod corev1.Pod
		if err := strict.UnmarshalStrict(text, &pod); err != nil {
			t.Fatalf("%s: %v\n%s", file, err, text)
		}
		name := strings.TrimSuffix(file, ".yaml")
		labels := map[string]string{"component": name, "tier": "control-plane"}
		if diff := cmp.Diff(labels, pod.Labels); diff != "" {
			t.Errorf("%s: %s", file, diff)
		}
		if got := pod.Spec.Containers[0].Command[0]; got != name || !pod.Spec.HostNetwork {
			t.Errorf("%s: command %q, host network %v", file, got, pod.Spec.HostNetwork)
		}
		if pod.Annotations["labctl.dev/simulated"] != "true" {
			t.Errorf("%s is not marked as simulated", file)
		}
		if _, err := yaml.ToJSON(bytes.TrimSpace(text)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}
