package providertest

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/labctl-dev/labctl/internal/kube"
	"github.com/labctl-dev/labctl/provision"
)

// identity returns something that only survives if the lab's data does: the UID
// of kube-system. It is "" for labs without a cluster.
func (s subject) identity() string {
	s.Helper()
	accessor, ok := s.provider.(provision.Accessor)
	if !ok {
		return ""
	}
	access, err := accessor.Access(s.Context(), s.lab)
	s.must(err)
	client, err := kube.Load(access.Kubeconfig)
	s.must(err)
	namespace, err := client.Typed.CoreV1().Namespaces().Get(s.Context(), metav1.NamespaceSystem, metav1.GetOptions{})
	s.must(err)
	return string(namespace.UID)
}

func (s subject) wantSame(uid string) {
	s.Helper()
	if got := s.identity(); got != uid {
		s.Errorf("kube-system is another object: %q, was %q", got, uid)
	}
}
