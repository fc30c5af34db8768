package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestFingerprint(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		change  func(t *testing.T, root string)
		changes bool
	}{
		{"nothing", func(*testing.T, string) {}, false},
		{"a source is edited", func(t *testing.T, root string) { t.Helper(); put(t, root, "internal/a/a.go", "package a // x") }, true},
		{"a lesson is added", func(t *testing.T, root string) { t.Helper(); put(t, root, "labs/ko.md", "x") }, true},
		{"a source is touched", func(t *testing.T, root string) {
			t.Helper()
			at := time.Unix(1, 0)
			if err := os.Chtimes(filepath.Join(root, "internal/a/a.go"), at, at); err != nil {
				t.Fatal(err)
			}
		}, true},
		{"a test is added", func(t *testing.T, root string) { t.Helper(); put(t, root, "internal/a/a_test.go", "x") }, false},
		{"the README is edited", func(t *testing.T, root string) { t.Helper(); put(t, root, "README.md", "x") }, false},
		{"a program is built", func(t *testing.T, root string) { t.Helper(); put(t, root, "bin/labctl", "x") }, false},
		{"git works", func(t *testing.T, root string) { t.Helper(); put(t, root, ".git/index", "x") }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			put(t, root, "internal/a/a.go", "package a")
			before, after := sum(t, root, nil), ""
			tt.change(t, root)
			if after = sum(t, root, nil); (before != after) != tt.changes {
				t.Errorf("fingerprint changed: %v, want %v", before != after, tt.changes)
			}
			if other := sum(t, root, []string{"go1.99"}); other == after {
				t.Error("another toolchain has the same fingerprint")
			}
		})
	}
}

func sum(t *testing.T, root string, settings []string) string {
	t.Helper()
	got, err := fingerprint(root, settings)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func put(t *testing.T, root, name, text string) {
	t.Helper()
	path := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
