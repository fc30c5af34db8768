// Package images owns the catalogue of images the embedded lab can run: data
// about each image, its files, and which Go program answers which path. It must
// not know pods or the CRI.
package images

// Catalogue is a closed set of images.
type Catalogue struct{}

// Load returns the catalogue that is part of labctl.
func Load() (*Catalogue, error) { return LoadWith() }

// LoadWith returns the catalogue of labctl with extra catalogue files merged
// over it, each in the format of catalogue.yaml; a later entry of the same name
// replaces an earlier one.
func LoadWith(extra ...[]byte) (*Catalogue, error) { return &Catalogue{}, nil }

// Lookup returns the image ref names. The error is a *NotFoundError when ref is
// outside the catalogue and a *RefError when it is no reference at all.
func (c *Catalogue) Lookup(ref string) (*Image, error) {
	return nil, &NotFoundError{Ref: ref}
}

// All lists every entry at its default tag, sorted by name.
func (c *Catalogue) All() []*Image { return nil }
