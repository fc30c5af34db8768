package component

import (
	"net"
	"path/filepath"
	"strconv"

	"github.com/labctl-dev/labctl/provision"
	"github.com/labctl-dev/labctl/provision/embedded/pki"
)

// Ports are a lab's ports, all on loopback, by purpose.
type Ports map[string]int

// The purposes of ports that are no component's main port.
const (
	EtcdPeerPort    = "etcd-peer"
	EtcdMetricsPort = "etcd-metrics"
	ProxyPort       = "proxy"
)

// KubeletPort is the purpose of a node's port.
func KubeletPort(node string) string { return "kubelet/" + node }

// PortPurposes lists every port a lab needs, in the order they are chosen.
func PortPurposes(plan provision.Plan) []string {
	purposes := []string{APIServer, Etcd, EtcdPeerPort, EtcdMetricsPort, ControllerManager, Scheduler, ProxyPort}
	for _, node := range plan.Nodes {
		purposes = append(purposes, KubeletPort(node.Name))
	}
	return purposes
}

// Addr is a purpose's address on loopback.
func (p Ports) Addr(purpose string) string {
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(p[purpose]))
}

// Layout says where everything of one lab lies.
type Layout struct {
	Dir    string // the lab's directory
	RunDir string // its sockets
	Plane  string // the program labctl-plane
}

// PKI is the store's directory.
func (l Layout) PKI() string { return filepath.Join(l.Dir, "pki") }

// LogDir holds one file for each component.
func (l Layout) LogDir() string { return filepath.Join(l.Dir, "log") }

// ConfigDir holds the files the components are configured by.
func (l Layout) ConfigDir() string { return filepath.Join(l.Dir, "config") }

// EtcdDir holds etcd's data.
func (l Layout) EtcdDir() string { return filepath.Join(l.Dir, "etcd") }

// NodeDir is a node's own directory.
func (l Layout) NodeDir(node string) string { return filepath.Join(l.Dir, "nodes", node) }

// ManifestDir holds a node's static pods.
func (l Layout) ManifestDir(node string) string {
	return filepath.Join(l.NodeDir(node), "root", "etc", "kubernetes", "manifests")
}

// Config is a configuration file.
func (l Layout) Config(name string) string { return filepath.Join(l.ConfigDir(), name) }

// Kubeconfig is the kubeconfig file of the identity with that certificate stem.
func (l Layout) Kubeconfig(name string) string {
	return filepath.Join(l.Dir, "kubeconfig", name+".conf")
}

// Socket is the unix socket of a component or node.
func (l Layout) Socket(name string) string { return filepath.Join(l.RunDir, name+".sock") }

// The names of configuration files.
const (
	EgressFile      = "egress.yaml"
	AuditPolicyFile = "audit-policy.yaml"
	GatewayFile     = "gateway.json"
	ProxySecretFile = "proxy-password"
)

// NodeFile is the name of a node's configuration file.
func NodeFile(node string) string { return "node-" + node + ".json" }

func (l Layout) store() pki.Store { return pki.Store{Dir: l.PKI()} }
