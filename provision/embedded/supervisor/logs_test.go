package supervisor

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestLogRotates(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.log")
	log, err := openRotating(path, 20)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	for _, line := range []string{"first line....\n", "second line...\n", "third line....\n"} {
		if n, err := log.Write([]byte(line)); n != len(line) || err != nil {
			t.Fatalf("wrote %d, %v", n, err)
		}
	}
	for file, want := range map[string]string{path: "third line....\n", path + ".1": "second line...\n"} {
		if got, err := os.ReadFile(file); string(got) != want {
			t.Errorf("%s: %q (%v), want %q", file, got, err, want)
		}
	}
}

func TestLogSurvivesAFullDisk(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("/dev/full is Linux's")
	}
	log, err := openRotating("/dev/full", 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	if n, err := log.Write([]byte(strings.Repeat("x", 100))); n != 100 || err != nil {
		t.Errorf("wrote %d, %v: a component would end for its log", n, err)
	}
}
