package images

import "fmt"

// NotFoundError says that a reference is outside the catalogue.
type NotFoundError struct {
	Ref  string // as asked for, normalised
	Hint string // what to do
}

func (e *NotFoundError) Error() string {
	return fmt.Sprintf("failed to resolve reference %q: %s: not found", e.Ref, e.Ref)
}

// RefError says that a string is no image reference.
type RefError struct {
	Ref string
	Err error
}

func (e *RefError) Error() string {
	return fmt.Sprintf("parsing image reference %q: %v", e.Ref, e.Err)
}

func (e *RefError) Unwrap() error { return e.Err }
