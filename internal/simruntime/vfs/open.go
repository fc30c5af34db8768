package vfs

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path"
	"syscall"

	"github.com/labctl-dev/labctl/internal/simruntime/process"
)

const changes = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREATE | os.O_TRUNC

// OpenFile opens name as os.OpenFile does. A directory is EISDIR: it is read by
// ReadDir. Named pipes, sockets and devices of the host are ENXIO.
func (f *FS) OpenFile(name string, flag int, perm fs.FileMode) (process.File, error) {
	file, err := f.open(name, flag, perm.Perm())
	if err != nil {
		return nil, failed("open", name, err)
	}
	return file, nil
}

func (f *FS) open(name string, flag int, perm fs.FileMode) (process.File, error) {
	if flag&changes == 0 {
		f.mu.RLock()
		defer f.mu.RUnlock()
	} else {
		f.mu.Lock()
		defer f.mu.Unlock()
	}
	exclusive := flag&os.O_CREATE != 0 && flag&os.O_EXCL != 0
	at, err := f.walk(name, !exclusive)
	if err != nil {
		return nil, err
	}
	if at.layer == absent {
		return f.create(at, flag, perm)
	}
	switch {
	case exclusive:
		return nil, fs.ErrExist
	case at.info.IsDir():
		return nil, syscall.EISDIR
	case at.layer == device:
		return openDevice(at.info)
	case !at.info.Mode().IsRegular():
		return nil, syscall.ENXIO
	}
	return f.openExisting(at, flag)
}

func (f *FS) openExisting(at place, flag int) (process.File, error) {
	writes := flag&(os.O_WRONLY|os.O_RDWR|os.O_APPEND|os.O_TRUNC) != 0
	if at.readOnly && writes {
		return nil, syscall.EROFS
	}
	if at.layer == inLower && !writes {
		return openLower(f.lower, at)
	}
	at, err := f.copyUp(at)
	if err != nil {
		return nil, err
	}
	return hostFile(at, flag&^os.O_CREATE, 0)
}

func (f *FS) create(at place, flag int, perm fs.FileMode) (process.File, error) {
	if flag&os.O_CREATE == 0 {
		return nil, fs.ErrNotExist
	}
	if err := f.prepare(at); err != nil {
		return nil, err
	}
	if _, err := f.unhideIn(at); err != nil {
		return nil, err
	}
	return hostFile(at, flag, perm)
}

// prepare makes sure that at, which is absent, may be made.
func (f *FS) prepare(at place) error {
	if at.readOnly {
		return syscall.EROFS
	}
	if at.root != f.upper {
		return nil
	}
	return f.copyUpDir(path.Dir(at.path))
}

func (f *FS) unhideIn(at place) (bool, error) {
	if at.root != f.upper {
		return false, nil
	}
	return f.unhide(at.path)
}

func hostFile(at place, flag int, perm fs.FileMode) (process.File, error) {
	file, err := at.root.OpenFile(at.rel, flag, perm)
	if err != nil {
		return nil, err
	}
	return file, nil
}

func openLower(lower fs.FS, at place) (process.File, error) {
	data, err := fs.ReadFile(lower, at.rel)
	if err != nil {
		return nil, err
	}
	return &imageFile{Reader: bytes.NewReader(data), info: at.info}, nil
}

// imageFile is an open file of the image. Image files are small, so it is held
// in memory.
type imageFile struct {
	*bytes.Reader
	info fs.FileInfo
}

var _ io.ReadSeeker = (*imageFile)(nil)

func (i *imageFile) Write([]byte) (int, error) {
	return 0, failed("write", i.info.Name(), syscall.EBADF)
}
func (i *imageFile) Close() error               { return nil }
func (i *imageFile) Stat() (fs.FileInfo, error) { return i.info, nil }
