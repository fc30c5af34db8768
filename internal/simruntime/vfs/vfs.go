// Package vfs owns the file system of a simulated container: read-only image
// files below, the container's own writable directory above them, and volumes
// mounted over both. It must not know images, pods or the CRI, and no name may
// ever lead outside the directories it was given.
//
// Names are resolved here, one component at a time, against the container's
// root, so that an absolute or a climbing symbolic link means what it means in
// a container; the host is then asked only for names without links, and only
// through os.Root, which would refuse to leave its directory anyway.
package vfs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"sync"

	"github.com/labctl-dev/labctl/internal/simruntime/process"
)

// Mount puts a directory or a single file of the host into the container.
type Mount struct {
	HostPath      string
	ContainerPath string // absolute, slash-separated
	ReadOnly      bool
}

// FS is the merged file system of one container. It implements process.FS and
// is safe for concurrent use.
type FS struct {
	mu     sync.RWMutex // held for writing while names change
	upper  *os.Root
	lower  fs.FS
	mounts []mounted // longest container path first
}

var _ process.FS = (*FS)(nil)

// New opens the file system of a container. upper is a directory of the host
// that exists and keeps what the container writes; lower holds the image's
// files; mounts are laid over both, the longest container path winning. As a
// container runtime does, New makes the mount points that are missing.
func New(upper string, lower fs.FS, mounts []Mount) (*FS, error) {
	root, err := os.OpenRoot(upper)
	if err != nil {
		return nil, fmt.Errorf("opening the writable directory of a container: %w", err)
	}
	f := &FS{upper: root, lower: lower}
	if err := f.mkdirAll("/dev"); err != nil {
		return nil, errors.Join(fmt.Errorf("making /dev: %w", err), f.Close())
	}
	ordered := slices.Clone(mounts)
	slices.SortStableFunc(ordered, func(a, b Mount) int { return len(a.ContainerPath) - len(b.ContainerPath) })
	for _, m := range ordered {
		if err := f.mount(m); err != nil {
			return nil, errors.Join(fmt.Errorf("mounting %s at %s: %w", m.HostPath, m.ContainerPath, err), f.Close())
		}
	}
	return f, nil
}

// Close releases the directories; open files stay usable.
func (f *FS) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	errs := []error{f.upper.Close()}
	for _, m := range f.mounts {
		errs = append(errs, m.root.Close())
	}
	return errors.Join(errs...)
}

// failed words an error with the name the container used, never the host's.
func failed(op, name string, err error) error {
	var inner *fs.PathError
	for errors.As(err, &inner) {
		err = inner.Err
	}
	if link, ok := errors.AsType[*os.LinkError](err); ok {
		err = link.Err
	}
	return &fs.PathError{Op: op, Path: name, Err: err}
}
