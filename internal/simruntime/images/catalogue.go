// Package images owns the catalogue of images the embedded lab can run: data
// about each image, its files, and which Go program answers which path. It must
// not know pods or the CRI.
//
// The data is catalogue.yaml; files lie below files/. A program in an image is
// a file whose first line names one of the programs of programs.go, so that it
// can be listed, copied, moved and deleted as any other file.
package images

import (
	"embed"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/distribution/reference"
	"sigs.k8s.io/yaml"
)

//go:embed catalogue.yaml
var builtIn []byte

//go:embed all:files
var builtInFiles embed.FS

// Catalogue is a closed set of images. Its images do not change, and it is safe
// for concurrent use.
type Catalogue struct {
	entries  []entry
	bases    map[string]base
	launcher *launcher

	mu    sync.Mutex
	built map[string]*Image // by repository:tag
}

// Load returns the catalogue that is part of labctl.
func Load() (*Catalogue, error) { return LoadWith() }

// LoadWith returns the catalogue of labctl with extra catalogue files merged
// over it, each in the format of catalogue.yaml; a later entry or base of the
// same name replaces an earlier one. All errors are reported at once.
func LoadWith(extra ...[]byte) (*Catalogue, error) {
	c := &Catalogue{bases: map[string]base{}, launcher: newLauncher(), built: map[string]*Image{}}
	for n, data := range append([][]byte{builtIn}, extra...) {
		var doc document
		if err := yaml.UnmarshalStrict(data, &doc); err != nil {
			return nil, fmt.Errorf("reading %s: %w", sourceName(n), err)
		}
		if err := c.merge(doc); err != nil {
			return nil, fmt.Errorf("reading %s: %w", sourceName(n), err)
		}
	}
	return c, nil
}

func sourceName(n int) string {
	if n == 0 {
		return "the image catalogue"
	}
	return fmt.Sprintf("extra image catalogue %d", n)
}

// merge checks doc and puts it over what is there.
func (c *Catalogue) merge(doc document) error {
	maps.Copy(c.bases, doc.Bases)
	if err := c.check(doc); err != nil {
		return err
	}
	for _, e := range doc.Images {
		for i := range e.Tags {
			e.Tags[i].pattern = regexp.MustCompile("^(?:" + e.Tags[i].Match + ")$")
		}
		at := slices.IndexFunc(c.entries, func(old entry) bool { return old.Name == e.Name })
		if at >= 0 {
			c.entries[at] = e
			continue
		}
		c.entries = append(c.entries, e)
	}
	slices.SortFunc(c.entries, func(a, b entry) int { return strings.Compare(a.Name, b.Name) })
	return nil
}

// All lists every entry at its default tag, sorted by name.
func (c *Catalogue) All() []*Image {
	images := make([]*Image, 0, len(c.entries))
	for _, e := range c.entries {
		if image, err := c.Lookup(e.Repositories[0] + ":" + e.defaultTag()); err == nil {
			images = append(images, image)
		}
	}
	return images
}

// Lookup returns the image ref names. The error is a *NotFoundError when ref is
// outside the catalogue and a *RefError when it is no reference at all. A
// reference by digest is found when it is the digest of the tag it carries, or
// of any default tag.
func (c *Catalogue) Lookup(ref string) (*Image, error) {
	named, err := reference.ParseDockerRef(ref)
	if err != nil {
		return nil, &RefError{Ref: ref, Err: err}
	}
	repository := named.Name()
	for _, e := range c.entries {
		if !slices.Contains(e.Repositories, repository) {
			continue
		}
		return c.tagged(e, repository, ref, named)
	}
	return nil, &NotFoundError{Ref: named.String(), Hint: addHint}
}

func (c *Catalogue) tagged(e entry, repository, ref string, named reference.Named) (*Image, error) {
	tag := tagOf(ref, e.defaultTag())
	for _, t := range e.Tags {
		if !t.pattern.MatchString(tag) {
			continue
		}
		image, err := c.once(e, t, repository, tag)
		if err != nil {
			return nil, err
		}
		if by, ok := named.(reference.Digested); ok && by.Digest().String() != image.Digest && by.Digest().String() != image.ID {
			return nil, &NotFoundError{Ref: named.String(), Hint: digestHint}
		}
		return image, nil
	}
	return nil, &NotFoundError{Ref: named.String(), Hint: fmt.Sprintf(tagHint, repository, e.defaultTag())}
}

// once builds an image when it is first asked for.
func (c *Catalogue) once(e entry, t tag, repository, name string) (*Image, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := repository + ":" + name
	if image := c.built[key]; image != nil {
		return image, nil
	}
	image, err := c.build(e, t, repository, name)
	if err == nil {
		c.built[key] = image
	}
	return image, err
}

// tagOf returns the tag of a reference, which ParseDockerRef drops when there is
// a digest as well.
func tagOf(ref, otherwise string) string {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return otherwise
	}
	if tagged, ok := named.(reference.Tagged); ok {
		return tagged.Tag()
	}
	if _, byDigest := named.(reference.Digested); byDigest {
		return otherwise
	}
	return "latest"
}
