package providertest

import (
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
	uid, err := client.Identity(s.Context())
	s.must(err)
	return uid
}

func (s subject) wantSame(uid string) {
	s.Helper()
	if got := s.identity(); got != uid {
		s.Errorf("kube-system is another object: %q, was %q", got, uid)
	}
}
