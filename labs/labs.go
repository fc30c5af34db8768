// Package labs carries the course's content in the program. It holds data only:
// reading and judging it is the business of internal/course.
package labs

import (
	"embed"
	"io/fs"
)

//go:embed course.yaml ch* messages schema
var content embed.FS

// Files is the course as internal/course.Load reads it.
func Files() fs.FS { return content }
