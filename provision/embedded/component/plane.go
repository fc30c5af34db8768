package component

import (
	"fmt"
	"path/filepath"
	"strconv"

	"github.com/labctl-dev/labctl/provision"
	"github.com/labctl-dev/labctl/provision/embedded/pki"
)

// Lab is what the command lines are made of.
type Lab struct {
	Layout Layout
	Plan   provision.Plan
	Ports  Ports
}

// Lifeline is the environment by which a component of labctl-plane is told that
// the end of its standard input means the end of its supervisor.
const Lifeline = "LABCTL_LIFELINE=stdin"

// Held is the environment by which it is told, besides, to begin only after a
// byte has come on its standard input.
const Held = "LABCTL_LIFELINE=held"

// All returns every component of the lab.
func All(lab Lab) []Component {
	all := []Component{etcd(lab), apiServer(lab), controllerManager(lab), scheduler(lab), gateway(lab)}
	for _, node := range lab.Plan.Nodes {
		all = append(all, nodeComponent(lab, node))
	}
	return all
}

func (lab Lab) component(name, verb string, args ...string) Component {
	return Component{Name: name, Path: lab.Layout.Plane, Args: append([]string{verb}, args...), Env: []string{Lifeline}}
}

// hold has the component started before it may begin: the start of a program
// this large takes a tenth of a second of processor time, which passes while
// others are waited for.
func (c *Component) hold() { c.Hold, c.Env = true, []string{Held} }

// etcd follows kubeadm's command line, on loopback. fsync stays on. The shorter
// ticks only speed up the first election: there is nobody to lose one against.
func etcd(lab Lab) Component {
	store, name := lab.Layout.store(), lab.Plan.Nodes[0].Name
	client, peer := "https://"+lab.Ports.Addr(Etcd), "https://"+lab.Ports.Addr(EtcdPeerPort)
	metrics := "http://" + lab.Ports.Addr(EtcdMetricsPort)
	c := lab.component(Etcd, Etcd,
		"--name="+name,
		"--data-dir="+lab.Layout.EtcdDir(),
		"--listen-client-urls="+client,
		"--advertise-client-urls="+client,
		"--listen-peer-urls="+peer,
		"--initial-advertise-peer-urls="+peer,
		"--initial-cluster="+name+"="+peer,
		"--cert-file="+store.Cert(pki.EtcdServer),
		"--key-file="+store.Key(pki.EtcdServer),
		"--trusted-ca-file="+store.Cert(pki.EtcdCA),
		"--client-cert-auth=true",
		"--peer-cert-file="+store.Cert(pki.EtcdPeer),
		"--peer-key-file="+store.Key(pki.EtcdPeer),
		"--peer-trusted-ca-file="+store.Cert(pki.EtcdCA),
		"--peer-client-cert-auth=true",
		"--listen-metrics-urls="+metrics,
		"--snapshot-count=10000",
		"--watch-progress-notify-interval=5s",
		"--heartbeat-interval=20",
		"--election-timeout=200",
		"--log-level=warn",
	)
	c.Health = Health{URL: metrics + "/readyz"}
	c.StopAfter = []string{APIServer}
	return c
}

// apiServer follows kubeadm's command line, on loopback; what leads to nodes and
// pods goes through the gateway.
func apiServer(lab Lab) Component {
	store, control := lab.Layout.store(), lab.Plan.Nodes[0]
	c := lab.component(APIServer, APIServer,
		"--advertise-address="+control.IP.String(),
		"--bind-address=127.0.0.1",
		"--secure-port="+strconv.Itoa(lab.Ports[APIServer]),
		"--allow-privileged=true",
		"--authorization-mode=Node,RBAC",
		"--enable-admission-plugins=NodeRestriction",
		"--enable-bootstrap-token-auth=true",
		"--service-cluster-ip-range="+lab.Plan.ServiceCIDR.String(),
		"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
		"--service-account-key-file="+store.Pub(pki.ServiceAccountKey),
		"--service-account-signing-key-file="+store.Key(pki.ServiceAccountKey),
		"--client-ca-file="+store.Cert(pki.ClusterCA),
		"--tls-cert-file="+store.Cert(pki.APIServer),
		"--tls-private-key-file="+store.Key(pki.APIServer),
		"--etcd-servers=https://"+lab.Ports.Addr(Etcd),
		"--etcd-cafile="+store.Cert(pki.EtcdCA),
		"--etcd-certfile="+store.Cert(pki.EtcdClient),
		"--etcd-keyfile="+store.Key(pki.EtcdClient),
		"--kubelet-client-certificate="+store.Cert(pki.KubeletClient),
		"--kubelet-client-key="+store.Key(pki.KubeletClient),
		"--kubelet-certificate-authority="+store.Cert(pki.KubeletCA),
		"--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname",
		"--requestheader-client-ca-file="+store.Cert(pki.FrontProxyCA),
		"--requestheader-allowed-names=front-proxy-client",
		"--requestheader-username-headers=X-Remote-User",
		"--requestheader-group-headers=X-Remote-Group",
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--proxy-client-cert-file="+store.Cert(pki.FrontProxyClient),
		"--proxy-client-key-file="+store.Key(pki.FrontProxyClient),
		"--egress-selector-config-file="+lab.Layout.Config(EgressFile),
		"--audit-policy-file="+lab.Layout.Config(AuditPolicyFile),
		"--audit-log-path="+filepath.Join(lab.Layout.LogDir(), "audit.log"),
		"--audit-log-maxsize=20",
		"--audit-log-maxbackup=1",
	)
	c.Health = Health{URL: "https://" + lab.Ports.Addr(APIServer) + "/readyz", CAFile: store.Cert(pki.ClusterCA)}
	c.DependsOn = []string{Etcd}
	c.hold()
	c.StopAfter = []string{ControllerManager, Scheduler, Gateway}
	return c
}

// controllerManager follows kubeadm's command line, without leader election:
// there is only one. The monitor period is a fifth of the default, so that the
// taints of a node that became ready go at once. The client limits are far above
// the default: a service account and a token for each controller are more than
// a hundred requests, which 20 a second stretch to five seconds.
func controllerManager(lab Lab) Component {
	store, kubeconfig := lab.Layout.store(), lab.Layout.Kubeconfig(pki.ControllerManager)
	c := lab.component(ControllerManager, ControllerManager,
		"--bind-address=127.0.0.1",
		"--secure-port="+strconv.Itoa(lab.Ports[ControllerManager]),
		"--leader-elect=false",
		"--kubeconfig="+kubeconfig,
		"--authentication-kubeconfig="+kubeconfig,
		"--authorization-kubeconfig="+kubeconfig,
		"--client-ca-file="+store.Cert(pki.ClusterCA),
		"--requestheader-client-ca-file="+store.Cert(pki.FrontProxyCA),
		"--root-ca-file="+store.Cert(pki.ClusterCA),
		"--service-account-private-key-file="+store.Key(pki.ServiceAccountKey),
		"--cluster-signing-cert-file="+store.Cert(pki.ClusterCA),
		"--cluster-signing-key-file="+store.Key(pki.ClusterCA),
		"--use-service-account-credentials=true",
		"--controllers=*,bootstrapsigner,tokencleaner",
		"--allocate-node-cidrs=true",
		"--cluster-cidr="+lab.Plan.PodCIDR.String(),
		"--service-cluster-ip-range="+lab.Plan.ServiceCIDR.String(),
		"--cluster-name=kubernetes",
		"--tls-cert-file="+store.Cert(pki.Serving(pki.ControllerManager)),
		"--tls-private-key-file="+store.Key(pki.Serving(pki.ControllerManager)),
		"--node-monitor-period=1s",
		"--kube-api-qps=1000",
		"--kube-api-burst=1000",
	)
	c.Health = Health{URL: "https://" + lab.Ports.Addr(ControllerManager) + "/healthz", CAFile: store.Cert(pki.ClusterCA)}
	c.DependsOn = []string{APIServer}
	c.hold()
	c.StopAfter = nodeNames(lab.Plan)
	return c
}

func scheduler(lab Lab) Component {
	store, kubeconfig := lab.Layout.store(), lab.Layout.Kubeconfig(pki.Scheduler)
	c := lab.component(Scheduler, Scheduler,
		"--bind-address=127.0.0.1",
		"--secure-port="+strconv.Itoa(lab.Ports[Scheduler]),
		"--leader-elect=false",
		"--kubeconfig="+kubeconfig,
		"--authentication-kubeconfig="+kubeconfig,
		"--authorization-kubeconfig="+kubeconfig,
		"--tls-cert-file="+store.Cert(pki.Serving(pki.Scheduler)),
		"--tls-private-key-file="+store.Key(pki.Serving(pki.Scheduler)),
	)
	c.Health = Health{URL: "https://" + lab.Ports.Addr(Scheduler) + "/healthz", CAFile: store.Cert(pki.ClusterCA)}
	c.DependsOn = []string{APIServer}
	c.hold()
	c.StopAfter = nodeNames(lab.Plan)
	return c
}

func gateway(lab Lab) Component {
	c := lab.component(Gateway, "gateway", "--config", lab.Layout.Config(GatewayFile))
	c.Health = socketHealth(lab.Layout.Socket(Gateway))
	c.StopAfter = nodeNames(lab.Plan)
	return c
}

func nodeComponent(lab Lab, node provision.Node) Component {
	c := lab.component(node.Name, "node", "--config", lab.Layout.Config(NodeFile(node.Name)))
	c.Health = socketHealth(lab.Layout.Socket(node.Name))
	c.DependsOn = []string{APIServer}
	c.hold()
	c.Node = true
	return c
}

func socketHealth(socket string) Health {
	return Health{URL: "http://localhost/healthz", Socket: socket}
}

func nodeNames(plan provision.Plan) []string {
	names := make([]string, 0, len(plan.Nodes))
	for _, node := range plan.Nodes {
		names = append(names, node.Name)
	}
	return names
}

// Egress is the API server's egress selector configuration: everything that
// leads into the cluster (kubelets, webhooks, …/proxy) goes through the
// gateway's HTTP CONNECT socket. See k8s.io/apiserver/pkg/apis/apiserver/v1beta1.
func Egress(l Layout) string {
	return fmt.Sprintf(`apiVersion: apiserver.k8s.io/v1beta1
kind: EgressSelectorConfiguration
egressSelections:
- name: cluster
  connection:
    proxyProtocol: HTTPConnect
    transport:
      uds:
        udsName: %q
`, l.Socket(Gateway))
}

// AuditPolicy logs who asked for what, never the content. Reads and events by
// the lab's own components are left out: they would drown what a learner did.
const AuditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: None
  userGroups: ["system:nodes", "system:serviceaccounts:kube-system"]
- level: None
  users: ["system:apiserver", "system:kube-controller-manager", "system:kube-scheduler", "system:labctl:gateway"]
- level: None
  nonResourceURLs: ["/healthz*", "/readyz*", "/livez*", "/version", "/openapi/*"]
- level: Metadata
`
