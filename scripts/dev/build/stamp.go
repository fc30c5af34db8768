package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// The stamp spares go's own question whether anything changed, which reads
// 2,800 packages and takes longer than bringing up a lab that runs already.

func stampFile(dir string) string { return filepath.Join(dir, ".built") }

// settings are the parts of the environment that change what go builds.
func settings() []string {
	values := []string{runtime.Version()}
	for _, key := range []string{"GOOS", "GOARCH", "GOFLAGS", "GOEXPERIMENT", "GOAMD64", "GOARM64"} {
		values = append(values, key+"="+os.Getenv(key))
	}
	return values
}

// fingerprint is a hash over the settings and over name, size and time of
// every file below root that can end up in a program.
func fingerprint(root string, settings []string) (string, error) {
	hash := sha256.New()
	fmt.Fprintln(hash, settings)
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if entry.IsDir() {
			if ignoredDir(rel) {
				return filepath.SkipDir
			}
			return nil
		}
		if ignoredFile(rel) {
			return nil
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil // an editor's temporary file
		}
		if err != nil {
			return err
		}
		fmt.Fprintln(hash, rel, info.Size(), info.ModTime().UnixNano())
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("looking at the sources: %w", err)
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

func ignoredDir(rel string) bool {
	return slices.Contains([]string{".git", ".ci", "bin", "dist", "docs", "changelog", "scripts/tools"}, rel)
}

func ignoredFile(rel string) bool {
	topLevelText := !strings.Contains(rel, "/") && strings.HasSuffix(rel, ".md")
	return topLevelText || strings.HasSuffix(rel, "_test.go")
}

// upToDate reports whether dir holds what this fingerprint built, untouched.
func upToDate(dir, print string) bool {
	got, err := os.ReadFile(stampFile(dir))
	if err != nil {
		return false
	}
	want, err := stampText(dir, print)
	return err == nil && string(got) == want
}

func writeStamp(dir, print string) error {
	text, err := stampText(dir, print)
	if err != nil {
		return err
	}
	return os.WriteFile(stampFile(dir), []byte(text), 0o600)
}

// stampText ties the fingerprint to the programs that stand in dir now.
func stampText(dir, print string) (string, error) {
	var text strings.Builder
	fmt.Fprintln(&text, print)
	for _, target := range targets {
		name := filepath.Base(target)
		if runtime.GOOS == "windows" {
			name += ".exe"
		}
		info, err := os.Stat(filepath.Join(dir, name)) //nolint:gosec // the folder is the maintainer's choice
		if err != nil {
			return "", fmt.Errorf("looking at what was built: %w", err)
		}
		fmt.Fprintln(&text, name, info.Size(), info.ModTime().UnixNano())
	}
	return text.String(), nil
}
