// Package planeconf owns the configuration files by which the supervisor of an
// embedded lab tells labctl-plane's own components, node and gateway, what to
// be. Both binaries import it, so it must stay light: no Kubernetes here.
package planeconf

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"

	"github.com/labctl-dev/labctl/provision"
)

// Node configures `labctl-plane node --config FILE`. Every path is absolute.
type Node struct {
	Name        string         `json:"name"`
	Role        provision.Role `json:"role"`
	IP          netip.Addr     `json:"ip"`          // the node's address inside the lab
	Dir         string         `json:"dir"`         // the node's own directory: kubelet root, containers, /etc
	Kubeconfig  string         `json:"kubeconfig"`  // identity system:node:<name>
	ServingCert string         `json:"servingCert"` // kubelet server certificate, for IP and Name
	ServingKey  string         `json:"servingKey"`
	ClientCA    string         `json:"clientCA"`    // who may call the kubelet
	PodCIDR     netip.Prefix   `json:"podCIDR"`     // the node's own range of pod addresses, see provision.Plan.NodePodCIDR
	KubeletPort int            `json:"kubeletPort"` // loopback port the kubelet serves on; the node object says 10250
	Door        string         `json:"door"`        // unix socket: CONNECT <pod-ip>:<port>, GET /healthz
	Gateway     string         `json:"gateway"`     // unix socket of the gateway, for connections that leave the node
	ManifestDir string         `json:"manifestDir"` // static pods; "" for none
	LogDir      string         `json:"logDir"`      // component logs, <component>.log
	ClusterDNS  netip.Addr     `json:"clusterDNS"`
	Kubernetes  string         `json:"kubernetes"`
}

// Gateway configures `labctl-plane gateway --config FILE`.
type Gateway struct {
	Kubeconfig  string        `json:"kubeconfig"`  // identity system:labctl:gateway, read-only
	Socket      string        `json:"socket"`      // unix socket: HTTP CONNECT for the API server and the nodes, GET /healthz
	ProxyAddr   string        `json:"proxyAddr"`   // 127.0.0.1:port: HTTP proxy for the learner
	ProxySecret string        `json:"proxySecret"` // file with the proxy's password, mode 0600; the user is "lab"
	Nodes       []GatewayNode `json:"nodes"`       // the first one is the control plane
	APIServer   string        `json:"apiServer"`   // 127.0.0.1:port the API server really listens on
	PodCIDR     netip.Prefix  `json:"podCIDR"`
	ServiceCIDR netip.Prefix  `json:"serviceCIDR"`
}

// GatewayNode tells the gateway how to reach one node.
type GatewayNode struct {
	Name        string       `json:"name"`
	IP          netip.Addr   `json:"ip"`
	Door        string       `json:"door"`
	PodCIDR     netip.Prefix `json:"podCIDR"`
	KubeletPort int          `json:"kubeletPort"` // where <ip>:10250 leads on loopback
}

// KubeletPort is the port every kubelet claims inside the lab.
const KubeletPort = 10250

// ProxyUser is the user name of the learner's proxy.
const ProxyUser = "lab"

// Load decodes the file at path into out (a *Node or *Gateway).
func Load(path string, out any) error {
	data, err := os.ReadFile(path) //nolint:gosec // the supervisor wrote this path on our command line
	if err != nil {
		return fmt.Errorf("reading configuration: %w", err)
	}
	if err := json.Unmarshal(data, out); err != nil {
		return fmt.Errorf("decoding configuration %s: %w", path, err)
	}
	return nil
}
