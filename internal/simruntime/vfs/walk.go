package vfs

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"
)

// maxLinks bounds symbolic links in one name, as Linux does (path_resolution(7)).
const maxLinks = 40

// layer says where a name was found.
type layer int

const (
	absent layer = iota
	inMount
	inUpper
	inLower
	device
)

// place is what a canonical path of the container leads to.
type place struct {
	path     string // canonical: absolute, clean, its parents free of links
	layer    layer
	root     *os.Root // of inMount and inUpper, and of absent where it would be made
	rel      string   // the name inside root, or inside the lower fs.FS
	readOnly bool
	info     fs.FileInfo // as Lstat; nil when absent
}

// components splits a name; "." and empty parts mean nothing, ".." stays.
func components(name string) []string {
	return slices.DeleteFunc(strings.Split(name, "/"), func(part string) bool { return part == "" || part == "." })
}

func parentOf(name string) string { return path.Dir("/" + strings.Trim(name, "/")) }

// walk resolves name component by component. A missing last component is a
// place whose layer is absent; a missing earlier one is fs.ErrNotExist.
func (f *FS) walk(name string, follow bool) (place, error) {
	todo := components(name)
	at, err := f.lookup("/")
	if err != nil {
		return at, err
	}
	links := 0
	for len(todo) > 0 {
		part := todo[0]
		todo = todo[1:]
		if !at.info.IsDir() {
			return at, syscall.ENOTDIR
		}
		next, err := f.lookup(path.Join(at.path, part)) // ".." leads to the parent, "/" to itself
		if err != nil {
			return next, err
		}
		if next.layer == absent {
			return next, missing(todo)
		}
		if next.info.Mode()&fs.ModeSymlink == 0 || (len(todo) == 0 && !follow) {
			at = next
			continue
		}
		if links++; links > maxLinks {
			return next, syscall.ELOOP
		}
		if at, todo, err = f.through(at, next, todo); err != nil {
			return at, err
		}
	}
	return at, nil
}

// missing tells a last component that may be made from a missing directory.
func missing(todo []string) error {
	if len(todo) > 0 {
		return syscall.ENOENT
	}
	return nil
}

// through follows the link: the directory to go on from and what is left.
func (f *FS) through(dir, link place, todo []string) (place, []string, error) {
	target, err := f.readLink(link)
	if err != nil {
		return link, nil, err
	}
	if target == "" {
		return link, nil, syscall.ENOENT
	}
	todo = append(components(target), todo...)
	if strings.HasPrefix(target, "/") {
		root, err := f.lookup("/")
		return root, todo, err
	}
	return dir, todo, nil
}

func (f *FS) readLink(link place) (string, error) {
	if link.layer == inLower {
		return fs.ReadLink(f.lower, link.rel)
	}
	return link.root.Readlink(link.rel)
}

// lookup finds one canonical path in the mounts, then the upper, then the lower
// layer. It follows no link.
func (f *FS) lookup(name string) (place, error) {
	if m, rel, ok := f.mountAt(name); ok {
		return f.probe(place{path: name, layer: inMount, root: m.root, rel: rel, readOnly: m.readOnly})
	}
	if info, ok := deviceInfo(name); ok {
		return place{path: name, layer: device, info: info}, nil
	}
	if reserved(name) {
		return place{path: name}, syscall.EINVAL
	}
	found, err := f.probe(place{path: name, layer: inUpper, root: f.upper, rel: relative(name)})
	if err != nil || found.layer != absent {
		return found, err
	}
	info, err := f.lowerInfo(name)
	if err != nil || info == nil {
		return found, err
	}
	return place{path: name, layer: inLower, root: f.upper, rel: relative(name), info: named(info, name)}, nil
}

// probe asks the host for p; a name that is not there makes p absent.
func (f *FS) probe(p place) (place, error) {
	info, err := p.root.Lstat(p.rel)
	switch {
	case err == nil:
		p.info = named(info, p.path)
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		p.layer = absent
	default:
		return p, err
	}
	return p, nil
}

// relative turns a canonical path into the name os.Root and fs.FS use.
func relative(name string) string {
	if name == "/" {
		return "."
	}
	return strings.TrimPrefix(name, "/")
}

// renamed is a FileInfo under the name it has in the container.
type renamed struct {
	fs.FileInfo
	name string
}

func (r renamed) Name() string { return r.name }

func named(info fs.FileInfo, name string) fs.FileInfo {
	return renamed{FileInfo: info, name: path.Base(name)}
}
