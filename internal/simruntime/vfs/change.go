package vfs

import (
	"io/fs"
	"os"
	"syscall"
	"time"
)

// Mkdir makes one directory.
func (f *FS) Mkdir(name string, perm fs.FileMode) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.mkdir(name, perm.Perm()); err != nil {
		return failed("mkdir", name, err)
	}
	return nil
}

func (f *FS) mkdir(name string, perm fs.FileMode) error {
	at, err := f.walk(name, false)
	if err != nil {
		return err
	}
	if at.layer != absent {
		return fs.ErrExist
	}
	if err := f.prepare(at); err != nil {
		return err
	}
	if err := at.root.Mkdir(at.rel, perm); err != nil {
		return err
	}
	wasHidden, err := f.unhideIn(at)
	if err != nil || !wasHidden {
		return err
	}
	return f.makeOpaque(at.rel)
}

// Remove removes a file, a link or an empty directory. A mount point is EBUSY.
func (f *FS) Remove(name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	at, err := f.walk(name, false)
	if err == nil {
		err = f.remove(at)
	}
	if err != nil {
		return failed("remove", name, err)
	}
	return nil
}

func (f *FS) remove(at place) error {
	switch {
	case at.layer == absent:
		return fs.ErrNotExist
	case at.layer == device:
		return fs.ErrPermission
	case f.isMountPoint(at.path) || at.path == "/":
		return syscall.EBUSY
	case at.readOnly:
		return syscall.EROFS
	case at.layer == inMount:
		return at.root.Remove(at.rel)
	}
	if at.info.IsDir() {
		entries, err := f.readDir(at.path)
		if err != nil {
			return err
		}
		if len(entries) > 0 {
			return syscall.ENOTEMPTY
		}
	}
	if err := f.hide(at.path); err != nil {
		return err
	}
	if at.layer == inUpper { // an empty directory may still hold whiteouts
		return f.upper.RemoveAll(at.rel)
	}
	return nil
}

// Rename moves a file or directory. Between two mounts, or a mount and the rest,
// it is EXDEV, and so is a directory that comes from the image, as on overlayfs:
// the caller copies instead.
func (f *FS) Rename(oldName, newName string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.rename(oldName, newName); err != nil {
		return failed("rename", oldName, err)
	}
	return nil
}

func (f *FS) rename(oldName, newName string) error {
	from, err := f.walk(oldName, false)
	if err != nil {
		return err
	}
	to, err := f.walk(newName, false)
	if err != nil {
		return err
	}
	switch {
	case from.layer == absent:
		return fs.ErrNotExist
	case from.layer == device || to.layer == device:
		return fs.ErrPermission
	case f.isMountPoint(from.path) || f.isMountPoint(to.path):
		return syscall.EBUSY
	case from.readOnly || to.readOnly:
		return syscall.EROFS
	case from.root != to.root:
		return syscall.EXDEV
	case from.path == to.path:
		return nil
	case from.layer == inMount:
		return from.root.Rename(from.rel, to.rel)
	}
	return f.renameOverlay(from, to)
}

func (f *FS) renameOverlay(from, to place) error {
	if from.info.IsDir() {
		if below, err := f.lowerInfo(from.path); err != nil || below != nil {
			return errOr(err, syscall.EXDEV)
		}
	}
	if err := f.giveWay(from, to); err != nil {
		return err
	}
	from, err := f.copyUp(from)
	if err != nil {
		return err
	}
	if err := f.prepare(to); err != nil {
		return err
	}
	if err := f.upper.Rename(from.rel, to.rel); err != nil {
		return err
	}
	hidden, err := f.unhide(to.path)
	if err != nil {
		return err
	}
	if hidden && from.info.IsDir() {
		if err := f.makeOpaque(to.rel); err != nil {
			return err
		}
	}
	return f.hide(from.path)
}

// giveWay removes a directory at to; any other file there is replaced by the
// renaming itself.
func (f *FS) giveWay(from, to place) error {
	if to.layer == absent {
		return nil
	}
	if err := replaceable(from, to); err != nil {
		return err
	}
	if to.info.IsDir() {
		return f.remove(to)
	}
	return nil
}

func errOr(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// replaceable says whether rename(2) may put from in the place of to.
func replaceable(from, to place) error {
	switch {
	case from.info.IsDir() && !to.info.IsDir():
		return syscall.ENOTDIR
	case !from.info.IsDir() && to.info.IsDir():
		return syscall.EISDIR
	}
	return nil
}

// Chmod sets the permission bits of name.
func (f *FS) Chmod(name string, mode fs.FileMode) error {
	return f.alter("chmod", name, func(root *os.Root, rel string) error { return root.Chmod(rel, mode.Perm()) })
}

// Chtimes sets the modification time of name.
func (f *FS) Chtimes(name string, when time.Time) error {
	return f.alter("chtimes", name, func(root *os.Root, rel string) error { return root.Chtimes(rel, when, when) })
}

func (f *FS) alter(op, name string, change func(*os.Root, string) error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	at, err := f.walk(name, true)
	switch {
	case err != nil:
	case at.layer == absent:
		err = fs.ErrNotExist
	case at.readOnly:
		err = syscall.EROFS
	case at.layer == device:
		return nil
	case at.info.IsDir() && at.layer == inLower:
		if err = f.copyUpDir(at.path); err == nil {
			err = change(f.upper, at.rel)
		}
	default:
		if at, err = f.copyUp(at); err == nil {
			err = change(at.root, at.rel)
		}
	}
	if err != nil {
		return failed(op, name, err)
	}
	return nil
}
