package course

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"unicode/utf8"
)

// Bounds of a course, which is untrusted input.
const (
	maxFile  = 1 << 20  // bytes of one file
	maxTotal = 16 << 20 // bytes of all files
	maxFiles = 4096
)

var (
	errTooBig = errors.New("is larger than 1 MiB")
	errOdd    = errors.New("is not a plain file")
)

// readFile reads a bounded plain file of UTF-8 text. fs.FS refuses "..",
// absolute paths and backslashes by contract (fs.ValidPath).
func readFile(fsys fs.FS, name string) ([]byte, error) {
	file, err := fsys.Open(name)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", name, err)
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("looking at %s: %w", name, err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s %w", name, errOdd)
	}
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("%s %w", name, errTooBig)
	}
	if !utf8.Valid(data) {
		return nil, fmt.Errorf("%s is not UTF-8 text", name)
	}
	return data, nil
}

// survey walks the whole course before anything is read and refuses what no
// course needs: links, devices, big files, too many of them.
func survey(fsys fs.FS) Problems {
	var problems Problems
	total, count := int64(0), 0
	err := fs.WalkDir(fsys, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return nil
		}
		count++
		if !entry.Type().IsRegular() {
			problems = append(problems, Problem{File: path, What: "is a link or a device", Fix: "put a plain file there"})
			return nil
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if info.Size() > maxFile {
			problems = append(problems, Problem{File: path, What: errTooBig.Error(), Fix: "a course is text; make it smaller"})
		}
		total += info.Size()
		if count > maxFiles || total > maxTotal {
			return fs.SkipAll
		}
		return nil
	})
	switch {
	case err != nil:
		problems = append(problems, Problem{File: ".", What: err.Error(), Fix: "make the folder readable"})
	case count > maxFiles || total > maxTotal:
		problems = append(problems, Problem{File: ".", What: "is larger than 16 MiB or 4096 files", Fix: "keep only the course in this folder"})
	}
	return problems
}
