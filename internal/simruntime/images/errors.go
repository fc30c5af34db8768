package images

import "fmt"

const (
	addHint = "the embedded lab runs only images of its catalogue (nginx, busybox, alpine and Kubernetes' own); " +
		"add this one with a YAML entry, see docs/extending.md"
	tagHint    = "%s is in the catalogue of the embedded lab, this tag is not; try :%s"
	digestHint = "the embedded lab makes its own images, so their digests differ from those of a registry; use a tag"
)

// NotFoundError says that a reference is outside the catalogue.
type NotFoundError struct {
	Ref  string // as asked for, normalised
	Hint string // why, and what to do
}

// Error reads as containerd words a registry's answer, with the reason after it.
func (e *NotFoundError) Error() string {
	return fmt.Sprintf("failed to pull and unpack image %q: failed to resolve reference %q: %s: not found (%s)", e.Ref, e.Ref, e.Ref, e.Hint)
}

// RefError says that a string is no image reference.
type RefError struct {
	Ref string
	Err error
}

func (e *RefError) Error() string {
	return fmt.Sprintf("failed to parse reference %q: %v", e.Ref, e.Err)
}

func (e *RefError) Unwrap() error { return e.Err }
