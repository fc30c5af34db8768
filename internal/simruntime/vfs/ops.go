package vfs

import (
	"io/fs"

	"github.com/labctl-dev/labctl/internal/simruntime/process"
)

var _ process.FS = (*FS)(nil)

// OpenFile opens name as os.OpenFile does.
func (f *FS) OpenFile(name string, flag int, perm fs.FileMode) (process.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// Stat describes name, following symbolic links.
func (f *FS) Stat(name string) (fs.FileInfo, error) {
	return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
}

// ReadDir lists a directory, sorted by name.
func (f *FS) ReadDir(name string) ([]fs.DirEntry, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// Mkdir makes one directory.
func (f *FS) Mkdir(name string, perm fs.FileMode) error {
	return &fs.PathError{Op: "mkdir", Path: name, Err: fs.ErrNotExist}
}

// Remove removes a file or an empty directory.
func (f *FS) Remove(name string) error {
	return &fs.PathError{Op: "remove", Path: name, Err: fs.ErrNotExist}
}

// Rename moves a file or directory.
func (f *FS) Rename(oldName, newName string) error {
	return &fs.PathError{Op: "rename", Path: oldName, Err: fs.ErrNotExist}
}
