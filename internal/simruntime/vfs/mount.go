package vfs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// mounted is one mount in place.
type mounted struct {
	at       string // canonical container path
	root     *os.Root
	file     string // the name in root of a mount that is a single file
	readOnly bool
}

// mount opens m and puts it in place.
func (f *FS) mount(m Mount) error {
	host, err := filepath.EvalSymlinks(m.HostPath)
	if err != nil {
		return failed("mount", m.HostPath, err)
	}
	info, err := os.Stat(host)
	if err != nil {
		return err
	}
	point, err := f.mountPoint(m.ContainerPath, info.IsDir())
	if err != nil {
		return err
	}
	put := mounted{at: point, readOnly: m.ReadOnly}
	dir := host
	if !info.IsDir() {
		dir, put.file = filepath.Split(host)
	}
	if put.root, err = os.OpenRoot(dir); err != nil {
		return err
	}
	f.mounts = append([]mounted{put}, f.mounts...)
	return nil
}

// mountPoint returns the canonical path of name, made where it is missing.
func (f *FS) mountPoint(name string, dir bool) (string, error) {
	at, err := f.walk(name, true)
	if err == nil && at.layer != absent {
		if at.info.IsDir() != dir {
			return "", failed("mount", name, errors.New("a directory and a file cannot be mounted on each other"))
		}
		return at.path, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if dir {
		err = f.mkdirAll(name)
	} else if err = f.mkdirAll(parentOf(name)); err == nil {
		err = f.touch(name)
	}
	if err != nil {
		return "", err
	}
	at, err = f.walk(name, true)
	return at.path, err
}

// touch makes an empty file.
func (f *FS) touch(name string) error {
	file, err := f.OpenFile(name, os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	return file.Close()
}

// mkdirAll makes a directory and its parents; existing ones are fine.
func (f *FS) mkdirAll(name string) error {
	var done strings.Builder
	for _, part := range components(name) {
		done.WriteString("/" + part)
		if err := f.Mkdir(done.String(), 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return nil
}

// mountAt returns the mount that holds the canonical path and the name inside it.
func (f *FS) mountAt(path string) (mounted, string, bool) {
	for _, m := range f.mounts {
		switch {
		case path == m.at && m.file != "":
			return m, m.file, true
		case path == m.at:
			return m, ".", true
		case m.file == "" && strings.HasPrefix(path, strings.TrimSuffix(m.at, "/")+"/"):
			return m, strings.TrimPrefix(path[len(strings.TrimSuffix(m.at, "/")):], "/"), true
		}
	}
	return mounted{}, "", false
}

// isMountPoint reports whether something is mounted exactly at path.
func (f *FS) isMountPoint(path string) bool {
	for _, m := range f.mounts {
		if m.at == path {
			return true
		}
	}
	return false
}
