package provision

import "net/netip"

// KubernetesVersion is the version of every Kubernetes component in this build.
// go.mod pins the same one; a test compares them.
const KubernetesVersion = "v1.37.2"

// DefaultPlan is the course's lab: one control plane and three workers with the
// last octets of the course's addresses, in the subnet VirtualBox allows.
func DefaultPlan() Plan {
	return Plan{
		Nodes: []Node{
			{Name: "m-k8s", Role: ControlPlane, IP: netip.MustParseAddr("192.168.56.10")},
			{Name: "w1-k8s", Role: Worker, IP: netip.MustParseAddr("192.168.56.101")},
			{Name: "w2-k8s", Role: Worker, IP: netip.MustParseAddr("192.168.56.102")},
			{Name: "w3-k8s", Role: Worker, IP: netip.MustParseAddr("192.168.56.103")},
		},
		PodCIDR:     netip.MustParsePrefix("172.16.0.0/16"),
		ServiceCIDR: netip.MustParsePrefix("10.96.0.0/12"),
		Kubernetes:  KubernetesVersion,
	}
}

// ServiceIP returns the n-th address of the service range: 1 is the API
// server's, 10 the cluster DNS's, as kubeadm has it.
func (p Plan) ServiceIP(n int) netip.Addr {
	addr := p.ServiceCIDR.Masked().Addr()
	for range n {
		addr = addr.Next()
	}
	return addr
}

// NodePodCIDR is the i-th node's own /24 of the pod range, the first node's
// first. It is fixed by the plan, so that a node can run pods before any
// controller has handed it a range.
func (p Plan) NodePodCIDR(i int) netip.Prefix {
	base := p.PodCIDR.Masked().Addr().As4()
	third := int(base[2]) + i + 1
	base[1] += byte(third >> 8) //nolint:gosec // carries into the second octet
	base[2] = byte(third)       //nolint:gosec // the low octet of third
	return netip.PrefixFrom(netip.AddrFrom4(base), 24)
}
