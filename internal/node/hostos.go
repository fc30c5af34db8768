package node

import (
	"os"
	"path/filepath"
	"strings"

	kubecontainer "k8s.io/kubernetes/pkg/kubelet/container"
)

// containerLogs is where the kubelet links logs for collectors that read the
// node's disk. It is a constant of the kubelet and names a directory of this
// computer, so nothing below it is ever made.
const containerLogs = "/var/log/containers"

// nodeOS is the kubelet's door to the operating system, without that directory.
type nodeOS struct{ kubecontainer.RealOS }

func legacy(path string) bool {
	path = filepath.ToSlash(path)
	return path == containerLogs || strings.HasPrefix(path, containerLogs+"/")
}

// MkdirAll makes directories, except the links' one.
func (o nodeOS) MkdirAll(path string, perm os.FileMode) error {
	if legacy(path) {
		return nil
	}
	return o.RealOS.MkdirAll(path, perm)
}

// Symlink makes a link, except into the links' directory.
func (o nodeOS) Symlink(oldname, newname string) error {
	if legacy(newname) {
		return nil
	}
	return o.RealOS.Symlink(oldname, newname)
}

// Remove removes a file, except in the links' directory.
func (o nodeOS) Remove(path string) error {
	if legacy(path) {
		return nil
	}
	return o.RealOS.Remove(path)
}

// Glob finds nothing in the links' directory.
func (o nodeOS) Glob(pattern string) ([]string, error) {
	if legacy(pattern) {
		return nil, nil
	}
	return o.RealOS.Glob(pattern)
}
