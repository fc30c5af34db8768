package vfs

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"
)

// Deletions of image files are kept in the upper directory the way image layers
// keep them: an empty file ".wh.NAME" hides NAME, ".wh..wh..opq" hides all of a
// directory (OCI image-spec v1.1, layer.md, "Whiteouts").
const (
	whiteoutPrefix = ".wh."
	opaqueMarker   = ".wh..wh..opq"
)

// reserved reports whether a name of the overlay collides with whiteouts.
func reserved(name string) bool { return strings.HasPrefix(path.Base(name), whiteoutPrefix) }

func whiteoutOf(name string) string {
	return relative(path.Join(path.Dir(name), whiteoutPrefix+path.Base(name)))
}

// lowerInfo describes name in the image; nil when it is not there or hidden.
func (f *FS) lowerInfo(name string) (fs.FileInfo, error) {
	for dir := name; dir != "/"; dir = path.Dir(dir) {
		if f.upperHas(whiteoutOf(dir)) || f.upperHas(relative(path.Join(path.Dir(dir), opaqueMarker))) {
			return nil, nil
		}
	}
	info, err := fs.Lstat(f.lower, relative(name))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) || errors.Is(err, syscall.ENOTDIR) {
		return nil, nil
	}
	return info, err
}

func (f *FS) upperHas(rel string) bool {
	_, err := f.upper.Lstat(rel)
	return err == nil
}

// hide keeps the image's name from showing again.
func (f *FS) hide(name string) error {
	info, err := f.lowerInfo(name)
	if err != nil || info == nil {
		return err
	}
	if err := f.copyUpDir(path.Dir(name)); err != nil {
		return err
	}
	return f.upper.WriteFile(whiteoutOf(name), nil, 0o600)
}

// unhide removes the whiteout of name and reports whether there was one.
func (f *FS) unhide(name string) (bool, error) {
	err := f.upper.Remove(whiteoutOf(name))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// makeOpaque hides everything the image has below a directory of the upper layer.
func (f *FS) makeOpaque(rel string) error {
	return f.upper.WriteFile(path.Join(rel, opaqueMarker), nil, 0o600)
}

// copyUpDir makes the directory name, and its parents, in the upper layer.
func (f *FS) copyUpDir(name string) error {
	if name == "/" || f.upperHas(relative(name)) {
		return nil
	}
	if err := f.copyUpDir(path.Dir(name)); err != nil {
		return err
	}
	mode := fs.FileMode(0o755)
	if info, err := f.lowerInfo(name); err == nil && info != nil {
		mode = info.Mode().Perm()
	}
	err := f.upper.Mkdir(relative(name), mode|0o700)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

// copyUp copies a file or a link of the image into the upper layer, with its
// mode and time, so that it can be changed.
func (f *FS) copyUp(p place) (place, error) {
	if p.layer != inLower {
		return p, nil
	}
	if err := f.copyUpDir(path.Dir(p.path)); err != nil {
		return p, err
	}
	if p.info.Mode()&fs.ModeSymlink != 0 {
		target, err := f.readLink(p)
		if err != nil {
			return p, err
		}
		if err := f.upper.Symlink(target, p.rel); err != nil {
			return p, err
		}
		return f.lookup(p.path)
	}
	data, err := fs.ReadFile(f.lower, p.rel)
	if err != nil {
		return p, err
	}
	if err := f.upper.WriteFile(p.rel, data, p.info.Mode().Perm()|0o200); err != nil {
		return p, errors.Join(err, ignoreMissing(f.upper.Remove(p.rel)))
	}
	if err := f.upper.Chtimes(p.rel, p.info.ModTime(), p.info.ModTime()); err != nil {
		return p, err
	}
	return f.lookup(p.path)
}

func ignoreMissing(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}
