package simruntime

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/labctl-dev/labctl/internal/simruntime/vfs"
)

// nodeFiles are the files a runtime puts into every container of a pod unless a
// mount covers them.
func nodeFiles() []string { return []string{"hostname", "hosts", "resolv.conf"} }

// writeNodeFiles writes the sandbox's own hostname, hosts and resolv.conf.
func (r *Runtime) writeNodeFiles(s *sandbox) error {
	dir := r.store.dir(sandboxKind, s.id)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	host := s.hostname(r.cfg.NodeName)
	content := map[string]string{
		"hostname":    host + "\n",
		"hosts":       fmt.Sprintf("127.0.0.1\tlocalhost\n::1\tlocalhost\n%s\t%s\n", s.addr, host),
		"resolv.conf": resolvConf(s.config.GetDnsConfig()),
	}
	for _, name := range nodeFiles() {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content[name]), 0o600); err != nil {
			return err
		}
	}
	return nil
}

func resolvConf(dns *runtimeapi.DNSConfig) string {
	var b strings.Builder
	if len(dns.GetSearches()) > 0 {
		fmt.Fprintf(&b, "search %s\n", strings.Join(dns.GetSearches(), " "))
	}
	for _, server := range dns.GetServers() {
		fmt.Fprintf(&b, "nameserver %s\n", server)
	}
	if len(dns.GetOptions()) > 0 {
		fmt.Fprintf(&b, "options %s\n", strings.Join(dns.GetOptions(), " "))
	}
	return b.String()
}

// mounts lists what is mounted into a container.
func (r *Runtime) mounts(sandboxID string, config *runtimeapi.ContainerConfig) ([]vfs.Mount, error) {
	covered := map[string]bool{}
	var all []vfs.Mount
	for _, m := range config.GetMounts() {
		if m.GetImage().GetImage() != "" {
			return nil, errors.New("image volumes are not supported by the simulated runtime")
		}
		source := r.hostPath(m.GetHostPath())
		if err := ensureSource(source); err != nil {
			return nil, fmt.Errorf("failed to mkdir %q: %w", m.GetHostPath(), err)
		}
		if err := confined(r.cfg.HostRoot, source); err != nil {
			return nil, fmt.Errorf("failed to mount %q: %w", m.GetHostPath(), err)
		}
		covered[m.GetContainerPath()] = true
		all = append(all, vfs.Mount{HostPath: source, ContainerPath: m.GetContainerPath(), ReadOnly: m.GetReadonly()})
	}
	for _, name := range nodeFiles() {
		if target := "/etc/" + name; !covered[target] {
			all = append(all, vfs.Mount{HostPath: filepath.Join(r.store.dir(sandboxKind, sandboxID), name), ContainerPath: target})
		}
	}
	return all, nil
}

// hostPath maps a path of the node to this computer: a hostPath volume of a pod
// must never show, nor change, the learner's own files.
func (r *Runtime) hostPath(path string) string {
	clean := filepath.Clean(path)
	if rel, err := filepath.Rel(r.cfg.HostRoot, clean); err == nil && filepath.IsLocal(rel) {
		return clean
	}
	slashed := filepath.ToSlash(strings.TrimPrefix(clean, filepath.VolumeName(clean)))
	return filepath.Join(r.cfg.HostRoot, filepath.FromSlash(filepath.Join("/", slashed)))
}

// confined refuses a mount source that leads out of the node through symbolic
// links, which a container with a hostPath volume may have left there.
func confined(root, source string) error {
	realRoot, err := filepath.EvalSymlinks(root)
	if err != nil {
		return err
	}
	realSource, err := filepath.EvalSymlinks(source)
	if err != nil {
		return err
	}
	rel, err := filepath.Rel(realRoot, realSource)
	if err != nil || !filepath.IsLocal(rel) {
		return errors.New("it leads out of the node")
	}
	return nil
}

// ensureSource makes a missing mount source a directory, as containerd does.
func ensureSource(path string) error {
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return os.MkdirAll(path, 0o755) //nolint:gosec // the mode a container's programs expect
	}
	return err
}
