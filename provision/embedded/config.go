package embedded

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/labctl-dev/labctl/internal/safefile"
	"github.com/labctl-dev/labctl/provision"
	"github.com/labctl-dev/labctl/provision/embedded/addons"
	"github.com/labctl-dev/labctl/provision/embedded/component"
	"github.com/labctl-dev/labctl/provision/embedded/pki"
	"github.com/labctl-dev/labctl/provision/embedded/planeconf"
	"github.com/labctl-dev/labctl/provision/embedded/supervisor"
)

func (c *climb) store() pki.Store { return pki.Store{Dir: c.layout.PKI(), Now: time.Now} }

func (c *climb) makePKI(context.Context) error {
	if c.running {
		return errSkipped
	}
	return c.store().Ensure(pki.Specs(c.record.Plan))
}

// writeConfig writes every file the components read. It is cheap enough to be
// done at each start, so that a newer labctl's files replace older ones.
func (c *climb) writeConfig(context.Context) error {
	if c.running {
		return errSkipped
	}
	for _, dir := range c.directories() {
		if err := safefile.MkdirAll(dir); err != nil {
			return err
		}
	}
	var group errgroup.Group
	for path, data := range c.files() {
		group.Go(func() error { return safefile.Write(path, data) })
	}
	server := "https://" + component.Ports(c.record.Ports).Addr(component.APIServer)
	for _, name := range c.identities() {
		group.Go(func() error { return c.store().WriteKubeconfig(c.layout.Kubeconfig(name), name, server) })
	}
	group.Go(c.writeProxySecret)
	group.Go(func() error { return c.supervisorConfig().Save(c.lab.Dir) })
	return group.Wait()
}

func (c *climb) directories() []string {
	dirs := []string{
		c.layout.ConfigDir(), c.layout.LogDir(), c.layout.EtcdDir(), filepath.Dir(c.layout.Kubeconfig(pki.Admin)),
		c.layout.ManifestDir(c.record.Plan.Nodes[0].Name),
	}
	for _, node := range c.record.Plan.Nodes {
		dirs = append(dirs, c.layout.NodeDir(node.Name))
	}
	return dirs
}

func (c *climb) identities() []string {
	names := []string{pki.Admin, pki.SuperAdmin, pki.ControllerManager, pki.Scheduler, pki.Gateway}
	for _, node := range c.record.Plan.Nodes {
		names = append(names, pki.Kubelet(node.Name))
	}
	return names
}

func (c *climb) files() map[string][]byte {
	files := map[string][]byte{
		c.layout.Config(component.EgressFile):      []byte(component.Egress(c.layout)),
		c.layout.Config(component.AuditPolicyFile): []byte(component.AuditPolicy),
		c.layout.Config(component.GatewayFile):     encode(c.gatewayConfig()),
	}
	for i, node := range c.record.Plan.Nodes {
		files[c.layout.Config(component.NodeFile(node.Name))] = encode(c.nodeConfig(i, node))
	}
	for name, text := range addons.StaticPods(c.record.Plan) {
		files[filepath.Join(c.layout.ManifestDir(c.record.Plan.Nodes[0].Name), name)] = text
	}
	return files
}

// encode cannot fail: planeconf's types hold nothing JSON does not know.
func encode(value any) []byte {
	data, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		panic(fmt.Sprintf("encoding %T: %v", value, err))
	}
	return append(data, '\n')
}

func (c *climb) nodeConfig(i int, node provision.Node) planeconf.Node {
	serving := pki.Serving(pki.Kubelet(node.Name))
	config := planeconf.Node{
		Name: node.Name, Role: node.Role, IP: node.IP,
		Dir:         c.layout.NodeDir(node.Name),
		Kubeconfig:  c.layout.Kubeconfig(pki.Kubelet(node.Name)),
		ServingCert: c.store().Cert(serving),
		ServingKey:  c.store().Key(serving),
		ClientCA:    c.store().Cert(pki.ClusterCA),
		PodCIDR:     c.record.Plan.NodePodCIDR(i),
		KubeletPort: c.record.Ports[component.KubeletPort(node.Name)],
		Door:        c.layout.Socket(node.Name),
		Gateway:     c.layout.Socket(component.Gateway),
		LogDir:      c.layout.LogDir(),
		ClusterDNS:  c.record.Plan.ServiceIP(10),
		Kubernetes:  c.record.Plan.Kubernetes,
	}
	if node.Role == provision.ControlPlane {
		config.ManifestDir = c.layout.ManifestDir(node.Name)
	}
	return config
}

func (c *climb) gatewayConfig() planeconf.Gateway {
	ports := component.Ports(c.record.Ports)
	config := planeconf.Gateway{
		Kubeconfig:  c.layout.Kubeconfig(pki.Gateway),
		Socket:      c.layout.Socket(component.Gateway),
		ProxyAddr:   ports.Addr(component.ProxyPort),
		ProxySecret: c.layout.Config(component.ProxySecretFile),
		APIServer:   ports.Addr(component.APIServer),
		PodCIDR:     c.record.Plan.PodCIDR,
		ServiceCIDR: c.record.Plan.ServiceCIDR,
	}
	for i, node := range c.record.Plan.Nodes {
		config.Nodes = append(config.Nodes, planeconf.GatewayNode{
			Name: node.Name, IP: node.IP, Door: c.layout.Socket(node.Name),
			PodCIDR:     c.record.Plan.NodePodCIDR(i),
			KubeletPort: ports[component.KubeletPort(node.Name)],
		})
	}
	return config
}

// writeProxySecret keeps an existing password: shells of the learner hold it.
func (c *climb) writeProxySecret() error {
	path := c.layout.Config(component.ProxySecretFile)
	have, err := os.ReadFile(path) //nolint:gosec // the lab's own file
	if err == nil && len(have) > 0 {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return safefile.Explain(path, fmt.Errorf("reading proxy password: %w", err))
	}
	return safefile.Write(path, []byte(rand.Text()))
}

func proxyURL(password, addr string) string {
	proxy := url.URL{Scheme: "http", User: url.UserPassword(planeconf.ProxyUser, password), Host: addr}
	return proxy.String()
}

func (c *climb) supervisorConfig() supervisor.Config {
	return supervisor.Config{
		Lab: c.lab.Name, UID: c.record.UID,
		Socket: c.layout.Socket(supervisorName),
		LogDir: c.layout.LogDir(),
		Components: component.All(component.Lab{
			Layout: c.layout, Plan: c.record.Plan, Ports: component.Ports(c.record.Ports),
		}),
	}
}
