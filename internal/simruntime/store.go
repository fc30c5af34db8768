package simruntime

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// The kinds of record: one directory of Root each.
const (
	sandboxKind   = "sandboxes"
	containerKind = "containers"
	imageKind     = "images"
	damagedDir    = "damaged"
)

const recordFile = "record.json"

// store keeps one directory for each sandbox, container and image:
// Root/<kind>/<id>/record.json and whatever else belongs to it.
type store struct {
	root string
	log  Logger
}

func (s store) prepare() error {
	for _, kind := range []string{sandboxKind, containerKind, imageKind, damagedDir} {
		if err := os.MkdirAll(filepath.Join(s.root, kind), 0o700); err != nil {
			return err
		}
	}
	return nil
}

func (s store) dir(kind, id string) string { return filepath.Join(s.root, kind, id) }

// save writes a record so that a reader sees the old one or the new one whole.
func (s store) save(kind, id string, record any) error {
	data, err := json.Marshal(record)
	if err != nil {
		return fmt.Errorf("encoding record of %s: %w", id, err)
	}
	dir := s.dir(kind, id)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	temp := filepath.Join(dir, recordFile+".tmp")
	if err := os.WriteFile(temp, data, 0o600); err != nil {
		return err
	}
	return os.Rename(temp, filepath.Join(dir, recordFile))
}

// remove deletes the record first, so that a crash in between leaves a directory
// that each forgets.
func (s store) remove(kind, id string) error {
	dir := s.dir(kind, id)
	if err := os.Remove(filepath.Join(dir, recordFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.RemoveAll(dir)
}

// each calls load with every record of a kind. A directory without a record is
// what an interrupted creation or removal left: it is deleted. A record that load
// refuses is moved to the damaged ones.
func (s store) each(kind string, load func(id string, data []byte) error) error {
	entries, err := os.ReadDir(filepath.Join(s.root, kind))
	if err != nil {
		return err
	}
	for _, entry := range entries {
		id := entry.Name()
		data, err := os.ReadFile(filepath.Join(s.dir(kind, id), recordFile))
		if errors.Is(err, fs.ErrNotExist) {
			if err := os.RemoveAll(s.dir(kind, id)); err != nil {
				s.log.Warn("leftover directory stays", "path", s.dir(kind, id), "error", err)
			}
			continue
		}
		if err == nil {
			err = load(id, data)
		}
		if err != nil {
			s.quarantine(kind, id, err)
		}
	}
	return nil
}

// quarantine never fails: a damaged record must not keep a node from starting.
func (s store) quarantine(kind, id string, reason error) {
	name := strings.TrimSuffix(kind, "s") + "-" + id
	target := filepath.Join(s.root, damagedDir, name)
	for i := 1; exists(target); i++ {
		target = filepath.Join(s.root, damagedDir, fmt.Sprintf("%s.%d", name, i))
	}
	err := os.Rename(s.dir(kind, id), target)
	s.log.Warn("damaged record moved aside", "kind", kind, "id", id, "to", target, "reason", reason, "error", err)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
