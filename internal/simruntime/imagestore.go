package simruntime

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync"
)

// imageRecord is an image on disk: the node has pulled it.
type imageRecord struct {
	ID     string   `json:"id"`
	Refs   []string `json:"refs"`
	Pinned bool     `json:"pinned,omitempty"`
}

type stored struct {
	image  *image
	pinned bool
}

// imageStore knows which images of the catalogue are on the node.
type imageStore struct {
	store  store
	lookup lookupFunc

	mu   sync.Mutex
	have map[string]stored // by ID
}

// openImages loads the records. An image the catalogue no longer has, or has
// with other content, is forgotten; the kubelet pulls it anew.
func openImages(s store, lookup lookupFunc, preload []string) (*imageStore, error) {
	images := &imageStore{store: s, lookup: lookup, have: map[string]stored{}}
	if err := s.each(imageKind, images.load); err != nil {
		return nil, err
	}
	for _, ref := range preload {
		img, err := lookup(ref)
		if err != nil {
			return nil, fmt.Errorf("preloading image: %w", err)
		}
		if err := images.add(img, true); err != nil {
			return nil, fmt.Errorf("preloading image %s: %w", ref, err)
		}
	}
	return images, nil
}

func (s *imageStore) load(_ string, data []byte) error {
	var record imageRecord
	if err := json.Unmarshal(data, &record); err != nil {
		return err
	}
	if record.ID == "" || len(record.Refs) == 0 {
		return errors.New("incomplete record")
	}
	refs := make([]string, 0, len(record.Refs))
	var found *image
	for _, ref := range record.Refs {
		if img, err := s.lookup(ref); err == nil && img.ID == record.ID {
			found = img
			refs = append(refs, ref)
		}
	}
	if found == nil {
		return s.store.remove(imageKind, recordName(record.ID))
	}
	tagged := *found
	tagged.Refs = refs
	s.have[record.ID] = stored{image: &tagged} // pins are given anew by Preload
	return nil
}

// recordName is an ID that is a file name on every system.
func recordName(id string) string { return strings.ReplaceAll(id, ":", "-") }

// add enters an image with its tags, keeping those it had.
func (s *imageStore) add(img *image, pinned bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	entry := *img
	if old, ok := s.have[img.ID]; ok {
		pinned = pinned || old.pinned
		entry.Refs = union(old.image.Refs, img.Refs)
	}
	if err := s.store.save(imageKind, recordName(img.ID), imageRecord{ID: img.ID, Refs: entry.Refs, Pinned: pinned}); err != nil {
		return err
	}
	s.have[img.ID] = stored{image: &entry, pinned: pinned}
	return nil
}

func union(a, b []string) []string {
	seen := map[string]bool{}
	var all []string
	for _, list := range [][]string{a, b} {
		for _, v := range list {
			if !seen[v] {
				seen[v] = true
				all = append(all, v)
			}
		}
	}
	return all
}

// find returns an image on the node by ID, reference or reference with digest. A
// tag counts as there only when it was pulled, even if its content was already.
func (s *imageStore) find(ref string) (*image, bool) {
	entry, ok := s.entry(ref)
	return entry.image, ok
}

func (s *imageStore) entry(ref string) (stored, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if entry, ok := s.have[ref]; ok {
		return entry, true
	}
	if entry, ok := s.have["sha256:"+ref]; ok {
		return entry, true
	}
	img, err := s.lookup(ref)
	if err != nil {
		return stored{}, false
	}
	entry, ok := s.have[img.ID]
	return entry, ok && (strings.Contains(ref, "@") || entry.image.tagged(img.Refs))
}

func (s *imageStore) all() []stored {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]stored, 0, len(s.have))
	for _, entry := range s.have {
		all = append(all, entry)
	}
	return all
}

func (s *imageStore) remove(ref string) error {
	entry, ok := s.entry(ref)
	if !ok {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.store.remove(imageKind, recordName(entry.image.ID)); err != nil {
		return err
	}
	delete(s.have, entry.image.ID)
	return nil
}

// verify reads the whole image, which is the work of a pull: it finds what a
// broken download would have.
func verify(ctx context.Context, img *image) error {
	layer := img.Layer()
	sum := sha256.New()
	return fs.WalkDir(layer, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		file, err := layer.Open(name)
		if err != nil {
			return err
		}
		_, err = io.Copy(sum, file)
		return errors.Join(err, file.Close())
	})
}
