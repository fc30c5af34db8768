package vfs

import (
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"
	"syscall"
)

// Stat describes name, following symbolic links.
func (f *FS) Stat(name string) (fs.FileInfo, error) { return f.describe("stat", name, true) }

// Lstat describes name itself, even when it is a symbolic link.
func (f *FS) Lstat(name string) (fs.FileInfo, error) { return f.describe("lstat", name, false) }

func (f *FS) describe(op, name string, follow bool) (fs.FileInfo, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	at, err := f.walk(name, follow)
	if err == nil && at.layer == absent {
		err = fs.ErrNotExist
	}
	if err != nil {
		return nil, failed(op, name, err)
	}
	return at.info, nil
}

// ReadLink returns where the symbolic link name points.
func (f *FS) ReadLink(name string) (string, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	at, err := f.walk(name, false)
	switch {
	case err != nil:
		return "", failed("readlink", name, err)
	case at.layer == absent:
		return "", failed("readlink", name, fs.ErrNotExist)
	case at.info.Mode()&fs.ModeSymlink == 0:
		return "", failed("readlink", name, syscall.EINVAL)
	}
	target, err := f.readLink(at)
	if err != nil {
		return "", failed("readlink", name, err)
	}
	return target, nil
}

// ReadDir lists a directory, sorted by name.
func (f *FS) ReadDir(name string) ([]fs.DirEntry, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	entries, err := f.readDir(name)
	if err != nil {
		return nil, failed("open", name, err)
	}
	return entries, nil
}

func (f *FS) readDir(name string) ([]fs.DirEntry, error) {
	at, err := f.walk(name, true)
	switch {
	case err != nil:
		return nil, err
	case at.layer == absent:
		return nil, fs.ErrNotExist
	case !at.info.IsDir():
		return nil, syscall.ENOTDIR
	}
	names, err := f.names(at)
	if err != nil {
		return nil, err
	}
	entries := make([]fs.DirEntry, 0, len(names))
	for _, child := range slices.Sorted(maps.Keys(names)) {
		found, err := f.lookup(path.Join(at.path, child))
		if err != nil {
			return nil, err
		}
		if found.layer != absent { // or hidden by a whiteout, or gone since
			entries = append(entries, fs.FileInfoToDirEntry(found.info))
		}
	}
	return entries, nil
}

// names collects the candidates of a directory from every layer.
func (f *FS) names(at place) (map[string]bool, error) {
	names := map[string]bool{}
	if at.layer != inLower {
		if err := hostNames(at, names); err != nil {
			return nil, err
		}
	}
	if at.layer == inMount {
		return names, nil
	}
	maps.DeleteFunc(names, func(name string, _ bool) bool { return reserved(name) })
	if at.path == "/dev" {
		for _, name := range deviceNames() {
			names[name] = true
		}
	}
	info, err := f.lowerInfo(at.path)
	if err != nil || info == nil || !info.IsDir() {
		return names, err
	}
	below, err := fs.ReadDir(f.lower, relative(at.path))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, entry := range below {
		names[entry.Name()] = true
	}
	return names, nil
}

func hostNames(at place, names map[string]bool) error {
	dir, err := at.root.Open(at.rel)
	if err != nil {
		return err
	}
	list, err := dir.Readdirnames(-1)
	for _, name := range list {
		names[name] = true
	}
	return errors.Join(err, dir.Close())
}
