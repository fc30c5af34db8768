package images

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

const (
	mib = 1 << 20
	// programMark begins the file of a program; the rest of the line names it.
	programMark = "#!labctl-program "
)

// build makes the image of entry e at a tag.
func (c *Catalogue) build(e entry, t tag, repository, name string) (*Image, error) {
	version := t.versionOf(name)
	own := e.base
	if t.Base != "" {
		own.Base = t.Base
	}
	layer := newTree()
	if err := c.lay(layer, own, version); err != nil {
		return nil, fmt.Errorf("building image %s: %w", e.Name, err)
	}
	image := &Image{
		Name: e.Name, Size: e.Size * mib, MemoryBytes: e.Memory * mib, Version: version,
		layer: layer, launcher: c.launcher,
		Config: Config{
			Entrypoint: slices.Clone(e.Entrypoint), Cmd: slices.Clone(e.Cmd), WorkingDir: e.WorkDir,
			User: e.User, StopSignal: e.StopSignal, ExposedPorts: slices.Clone(e.Ports),
		},
	}
	for _, pair := range e.Env {
		image.Config.Env = append(image.Config.Env, strings.ReplaceAll(pair, "{version}", version))
	}
	for _, r := range e.Repositories {
		image.Refs = append(image.Refs, r+":"+name)
	}
	image.ID = digestOf("config", e.Name, version, own.Base, fmt.Sprintf("%+v", image.Config), layer.sum())
	image.Digest = digestOf("manifest", repository, name, image.ID)
	return image, nil
}

func digestOf(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// lay puts b and what it builds on into the tree, the lowest first.
func (c *Catalogue) lay(layer *tree, b base, version string) error {
	if b.Base != "" {
		if err := c.lay(layer, c.bases[b.Base], version); err != nil {
			return err
		}
	}
	if b.Folder != "" {
		if err := layFolder(layer, b.Folder, version); err != nil {
			return err
		}
	}
	for _, dir := range b.Dirs {
		layer.dir(dir)
	}
	for _, dir := range slices.Sorted(maps.Keys(b.Programs)) {
		for _, entry := range b.Programs[dir] {
			name, program := splitProgram(entry)
			layer.put(path.Join(dir, name), []byte(programMark+program+"\n"), 0o755)
		}
	}
	for name, text := range b.Files {
		layer.put(name, []byte(text), 0o644)
	}
	for name, text := range b.Scripts {
		layer.put(name, []byte(text), 0o755)
	}
	for name, target := range b.Links {
		layer.put(name, []byte(target), fs.ModeSymlink|0o777)
	}
	return nil
}

// layFolder lays files/folder. Embedded files have no mode, so a first line
// "#!" makes one executable.
func layFolder(layer *tree, folder, version string) error {
	top := path.Join("files", folder)
	return fs.WalkDir(builtInFiles, top, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := builtInFiles.ReadFile(name)
		if err != nil {
			return err
		}
		mode := fs.FileMode(0o644)
		if strings.HasPrefix(string(data), "#!") {
			mode = 0o755
		}
		text := strings.ReplaceAll(string(data), "@VERSION@", version)
		layer.put(strings.TrimPrefix(name, top), []byte(text), mode)
		return nil
	})
}
