package images

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"
)

// tree is the read-only fs.FS of an image, with symbolic links. Names are kept
// as fs.FS writes them: without a leading slash, the root being ".".
type tree struct {
	nodes map[string]*node
}

type node struct {
	name string
	mode fs.FileMode
	data []byte // content, or the target of a link
}

var _ fs.ReadLinkFS = (*tree)(nil)

// builtAt is the time every image file carries, so that images are the same on
// every machine.
func builtAt() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }

func newTree() *tree {
	return &tree{nodes: map[string]*node{".": {name: ".", mode: fs.ModeDir | 0o755}}}
}

func key(name string) string {
	if clean := strings.TrimPrefix(path.Clean("/"+name), "/"); clean != "" {
		return clean
	}
	return "."
}

func (t *tree) put(name string, data []byte, mode fs.FileMode) {
	t.dir(path.Dir(key(name)))
	t.nodes[key(name)] = &node{name: path.Base(name), mode: mode, data: data}
}

func (t *tree) dir(name string) {
	name = key(name)
	if t.nodes[name] != nil {
		return
	}
	t.dir(path.Dir(name))
	mode := fs.ModeDir | fs.FileMode(0o755)
	if name == "tmp" {
		mode = fs.ModeDir | fs.ModeSticky | 0o777
	}
	t.nodes[name] = &node{name: path.Base(name), mode: mode}
}

// sum is a digest of everything in the tree.
func (t *tree) sum() string {
	hash := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(t.nodes)) {
		n := t.nodes[name]
		_, _ = fmt.Fprintf(hash, "%s\x00%o\x00%d\x00%s", name, n.mode, len(n.data), n.data) // a hash never fails
	}
	return hex.EncodeToString(hash.Sum(nil))
}

// Lstat describes name itself.
func (t *tree) Lstat(name string) (fs.FileInfo, error) {
	n, err := t.node("lstat", name)
	if err != nil {
		return nil, err
	}
	return n, nil
}

// ReadLink returns the target of a link.
func (t *tree) ReadLink(name string) (string, error) {
	n, err := t.node("readlink", name)
	if err != nil {
		return "", err
	}
	if n.mode&fs.ModeSymlink == 0 {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: fs.ErrInvalid}
	}
	return string(n.data), nil
}

func (t *tree) node(op, name string) (*node, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	n := t.nodes[name]
	if n == nil {
		return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
	}
	return n, nil
}

// Open opens a file or directory; links in name are followed.
func (t *tree) Open(name string) (fs.File, error) {
	at, err := t.follow(name)
	if err != nil {
		return nil, err
	}
	n, err := t.node("open", at)
	if err != nil {
		return nil, err
	}
	if n.IsDir() {
		return &openDir{node: n, rest: t.children(at)}, nil
	}
	return &openFile{Reader: bytes.NewReader(n.data), node: n}, nil
}

// follow resolves links, at most 40 of them.
func (t *tree) follow(name string) (string, error) {
	if !fs.ValidPath(name) {
		return "", &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	todo, at := strings.Split(name, "/"), "."
	for links := 0; len(todo) > 0; {
		next := key(path.Join("/", at, todo[0]))
		todo = todo[1:]
		n := t.nodes[next]
		if n == nil || n.mode&fs.ModeSymlink == 0 {
			at = next
			continue
		}
		if links++; links > 40 {
			return "", &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
		}
		todo = append(strings.Split(string(n.data), "/"), todo...)
		if path.IsAbs(string(n.data)) {
			at = "."
		}
	}
	return at, nil
}

func (t *tree) children(dir string) []fs.DirEntry {
	var list []fs.DirEntry
	for name, n := range t.nodes {
		if name != "." && path.Dir(name) == dir {
			list = append(list, fs.FileInfoToDirEntry(n))
		}
	}
	slices.SortFunc(list, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return list
}

func (n *node) Name() string       { return n.name }
func (n *node) Size() int64        { return int64(len(n.data)) }
func (n *node) Mode() fs.FileMode  { return n.mode }
func (n *node) ModTime() time.Time { return builtAt() }
func (n *node) IsDir() bool        { return n.mode.IsDir() }
func (n *node) Sys() any           { return nil }

type openFile struct {
	*bytes.Reader
	node *node
}

func (o *openFile) Stat() (fs.FileInfo, error) { return o.node, nil }
func (o *openFile) Close() error               { return nil }

type openDir struct {
	node *node
	rest []fs.DirEntry
}

func (o *openDir) Stat() (fs.FileInfo, error) { return o.node, nil }
func (o *openDir) Close() error               { return nil }
func (o *openDir) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: o.node.name, Err: fs.ErrInvalid}
}

func (o *openDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 || n > len(o.rest) {
		if n > 0 && len(o.rest) == 0 {
			return nil, io.EOF
		}
		n = len(o.rest)
	}
	list := o.rest[:n]
	o.rest = o.rest[n:]
	return list, nil
}
