package node

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"k8s.io/kubernetes/pkg/volume/util/hostutil"
	"k8s.io/kubernetes/pkg/volume/util/subpath"
	"k8s.io/mount-utils"
)

// mounter keeps the table of mounts the kubelet believes in. Nothing is mounted:
// a tmpfs stays the directory it would cover.
type mounter struct{ *mount.FakeMounter }

func newMounter() mounter { return mounter{mount.NewFakeMounter(nil)} }

// MountSensitive notes the mount; FakeMounter's own action log would grow for ever.
func (m mounter) MountSensitive(source, target, fstype string, options, sensitive []string) error {
	defer m.ResetLog()
	return m.FakeMounter.MountSensitive(source, target, fstype, options, sensitive)
}

// Mount notes the mount.
func (m mounter) Mount(source, target, fstype string, options []string) error {
	return m.MountSensitive(source, target, fstype, options, nil)
}

// Unmount forgets the mount.
func (m mounter) Unmount(target string) error {
	defer m.ResetLog()
	return m.FakeMounter.Unmount(target)
}

// hostUtil answers questions about paths of the node, which all live below root
// on this computer.
type hostUtil struct{ root string }

var _ hostutil.HostUtils = hostUtil{}

// inside maps a path of the node to this computer. Paths the kubelet made are
// already below root.
func inside(root, path string) string {
	if path == root || strings.HasPrefix(path, root+string(filepath.Separator)) {
		return path
	}
	return filepath.Join(root, filepath.Clean("/"+path))
}

// DeviceOpened is false: a node has no block devices.
func (hostUtil) DeviceOpened(string) (bool, error) { return false, nil }

// PathIsDevice is false: a node has no block devices.
func (hostUtil) PathIsDevice(string) (bool, error) { return false, nil }

// MakeRShared has nothing to do without mounts.
func (hostUtil) MakeRShared(string) error { return nil }

// GetFileType tells directory, file and socket apart.
func (h hostUtil) GetFileType(path string) (hostutil.FileType, error) {
	return hostutil.NewHostUtil().GetFileType(inside(h.root, path))
}

// PathExists reports whether the node has path.
func (h hostUtil) PathExists(path string) (bool, error) {
	_, err := os.Stat(inside(h.root, path))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// EvalHostSymlinks resolves symbolic links of the kubelet's own files.
func (h hostUtil) EvalHostSymlinks(path string) (string, error) {
	return filepath.EvalSymlinks(inside(h.root, path))
}

// GetOwner is root for all: the node knows no users.
func (hostUtil) GetOwner(string) (int64, int64, error) { return 0, 0, nil }

// GetSELinuxSupport is false without mounts.
func (hostUtil) GetSELinuxSupport(string) (bool, error) { return false, nil }

// GetMode returns the permissions of path.
func (h hostUtil) GetMode(path string) (os.FileMode, error) {
	info, err := os.Stat(inside(h.root, path))
	if err != nil {
		return 0, err
	}
	return info.Mode(), nil
}

// GetSELinuxMountContext is empty without SELinux.
func (hostUtil) GetSELinuxMountContext(string) (string, error) { return "", nil }

// subpaths prepares subPath mounts without bind mounts; the runtime's confined
// file system keeps a container inside its volumes.
type subpaths struct{}

var _ subpath.Interface = subpaths{}

// CleanSubPaths has nothing to undo.
func (subpaths) CleanSubPaths(string, string) error { return nil }

// PrepareSafeSubpath hands out the path itself, once it is known to lie inside its volume.
func (subpaths) PrepareSafeSubpath(s subpath.Subpath) (string, func(), error) {
	root, err := os.OpenRoot(s.VolumePath)
	if err != nil {
		return "", nil, err
	}
	defer func() { _ = root.Close() }()
	rel, err := filepath.Rel(s.VolumePath, s.Path)
	if err != nil {
		return "", nil, err
	}
	if _, err := root.Stat(rel); err != nil {
		return "", nil, err
	}
	return s.Path, nil, nil
}

// SafeMakeDir makes subdir below base and nowhere else.
func (subpaths) SafeMakeDir(subdir, base string, perm os.FileMode) error {
	root, err := os.OpenRoot(base)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	return root.MkdirAll(subdir, perm)
}
