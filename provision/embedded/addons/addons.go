// Package addons owns the objects every lab has in its cluster before the
// learner comes, as kubeadm and the course's CNI manifest lay them, and the
// static pods of the control plane. It only renders text. What stands for
// something simulated carries labctl.dev/simulated: "true".
package addons

import (
	"bytes"
	"embed"
	"fmt"
	"text/template"

	"github.com/labctl-dev/labctl/provision"
)

// Versions of what is not Kubernetes itself. CoreDNS, etcd and pause are those
// kubeadm v1.37.2 names in cmd/kubeadm/app/constants.
const (
	CoreDNSVersion = "v1.14.6"
	CalicoVersion  = "v3.32.1"
	EtcdVersion    = "3.7.0-0"
)

// Manager is the field manager the objects are applied as.
const Manager = "labctl"

//go:embed manifests/*.yaml
var manifests embed.FS

// files are in the order in which they are applied.
func files() []string { return []string{"rbac", "kube-proxy", "coredns", "calico"} }

type values struct {
	Kubernetes, CoreDNS, Calico       string
	PodCIDR, ClusterDNS, ControlPlane string
}

// Objects renders every object of the plan as one multi-document YAML text.
func Objects(plan provision.Plan) ([]byte, error) {
	data := values{
		Kubernetes: plan.Kubernetes, CoreDNS: CoreDNSVersion, Calico: CalicoVersion,
		PodCIDR:      plan.PodCIDR.String(),
		ClusterDNS:   plan.ServiceIP(10).String(),
		ControlPlane: plan.Nodes[0].IP.String(),
	}
	var out bytes.Buffer
	for _, name := range files() {
		text, err := manifests.ReadFile("manifests/" + name + ".yaml")
		if err != nil {
			return nil, fmt.Errorf("reading addon %s: %w", name, err)
		}
		parsed, err := template.New(name).Option("missingkey=error").Parse(string(text))
		if err != nil {
			return nil, fmt.Errorf("parsing addon %s: %w", name, err)
		}
		out.WriteString("---\n")
		if err := parsed.Execute(&out, data); err != nil {
			return nil, fmt.Errorf("rendering addon %s: %w", name, err)
		}
	}
	return out.Bytes(), nil
}
