package pki

import (
	"net/netip"

	"github.com/labctl-dev/labctl/provision"
)

// The certificate authorities, one for each purpose, so that a certificate made
// for one door opens no other. The values are file stems below the PKI directory.
const (
	ClusterCA    = "ca"             // clients of the API server and of the kubelets; the API server itself
	EtcdCA       = "etcd/ca"        // etcd and its clients
	FrontProxyCA = "front-proxy-ca" // the aggregation layer
	KubeletCA    = "kubelet-ca"     // the kubelets' serving certificates
)

// ServiceAccountKey is the stem of the key pair that signs service account
// tokens: sa.key and sa.pub, as kubeadm names them.
const ServiceAccountKey = "sa"

// AdminGroup is the group of the learner's identity; a ClusterRoleBinding makes
// it cluster-admin. MastersGroup is above RBAC and serves only to lay that binding.
const (
	AdminGroup   = "kubeadm:cluster-admins"
	MastersGroup = "system:masters"
)

// GatewayUser is the identity of the lab's gateway.
const GatewayUser = "system:labctl:gateway"

// Spec describes one certificate.
type Spec struct {
	Name   string // file stem below the PKI directory
	CA     string // one of the authorities
	CN     string
	Orgs   []string
	DNS    []string
	IPs    []netip.Addr
	Server bool
	Client bool
}

// Authorities lists every certificate authority.
func Authorities() []string { return []string{ClusterCA, EtcdCA, FrontProxyCA, KubeletCA} }

// The stems of the certificates programs ask for by name.
const (
	APIServer         = "apiserver"
	KubeletClient     = "apiserver-kubelet-client"
	EtcdClient        = "apiserver-etcd-client"
	EtcdServer        = "etcd/server"
	EtcdPeer          = "etcd/peer"
	FrontProxyClient  = "front-proxy-client"
	ControllerManager = "controller-manager"
	Scheduler         = "scheduler"
	Admin             = "admin"
	SuperAdmin        = "super-admin"
	Gateway           = "gateway"
)

// Serving returns the stem of the certificate by which a component on loopback
// serves its health and metrics.
func Serving(component string) string { return component + "-serving" }

// Kubelet returns the stem of a node's client certificate.
func Kubelet(node string) string { return "kubelet-" + node }

// Specs lists every certificate of a lab, with the identities kubeadm gives.
func Specs(plan provision.Plan) []Spec {
	local, control := netip.MustParseAddr("127.0.0.1"), plan.Nodes[0]
	etcdIPs := []netip.Addr{local, control.IP}
	etcdDNS := []string{"localhost", control.Name}
	specs := []Spec{
		{
			Name: APIServer, CA: ClusterCA, CN: "kube-apiserver", Server: true,
			DNS: append(apiNames(), control.Name, "localhost"),
			IPs: []netip.Addr{plan.ServiceIP(1), control.IP, local},
		},
		{Name: KubeletClient, CA: ClusterCA, CN: "kube-apiserver-kubelet-client", Orgs: []string{AdminGroup}, Client: true},
		{Name: EtcdServer, CA: EtcdCA, CN: control.Name, DNS: etcdDNS, IPs: etcdIPs, Server: true, Client: true},
		{Name: EtcdPeer, CA: EtcdCA, CN: control.Name, DNS: etcdDNS, IPs: etcdIPs, Server: true, Client: true},
		{Name: EtcdClient, CA: EtcdCA, CN: "kube-apiserver-etcd-client", Client: true},
		{Name: FrontProxyClient, CA: FrontProxyCA, CN: "front-proxy-client", Client: true},
		{Name: ControllerManager, CA: ClusterCA, CN: "system:kube-controller-manager", Client: true},
		{Name: Scheduler, CA: ClusterCA, CN: "system:kube-scheduler", Client: true},
		{Name: Admin, CA: ClusterCA, CN: "kubernetes-admin", Orgs: []string{AdminGroup}, Client: true},
		{Name: SuperAdmin, CA: ClusterCA, CN: "kubernetes-super-admin", Orgs: []string{MastersGroup}, Client: true},
		{Name: Gateway, CA: ClusterCA, CN: GatewayUser, Client: true},
	}
	for _, component := range []string{ControllerManager, Scheduler} {
		specs = append(specs, Spec{
			Name: Serving(component), CA: ClusterCA, CN: component, Server: true,
			DNS: []string{"localhost"}, IPs: []netip.Addr{local},
		})
	}
	for _, node := range plan.Nodes {
		specs = append(specs, nodeSpecs(node)...)
	}
	return specs
}

func apiNames() []string {
	names := []string{"kubernetes"}
	for _, suffix := range []string{"default", "default.svc", "default.svc.cluster.local"} {
		names = append(names, "kubernetes."+suffix)
	}
	return names
}

func nodeSpecs(node provision.Node) []Spec {
	user := "system:node:" + node.Name
	return []Spec{
		{Name: Kubelet(node.Name), CA: ClusterCA, CN: user, Orgs: []string{"system:nodes"}, Client: true},
		{
			Name: Serving(Kubelet(node.Name)), CA: KubeletCA, CN: user, Orgs: []string{"system:nodes"}, Server: true,
			DNS: []string{node.Name}, IPs: []netip.Addr{node.IP},
		},
	}
}
