package logfile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"
)

func TestNothingIsMadeBeforeTheFirstRecord(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "log")
	log, closer := New(dir, hclog.Info)
	log.Debug("below the level")
	if _, err := os.Stat(dir); err == nil {
		t.Error("the directory exists before there is a record")
	}
	log.Info("first")
	if err := closer.Close(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, Name))
	if err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("the log: %v, %v; want mode 0600", info, err)
	}
}

func TestSecretsStayOut(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log, closer := New(dir, hclog.Info)
	log.Info("all of it", "token", "hunter2", "proxyPassword", "hunter2", "url", "http://lab:hunter2@127.0.0.1:1/x",
		"header", "Bearer hunter2", "clientSecret", "first hunter2\nsecond hunter2", "quoted-password", `a "hunter2" b`, "error", os.ErrNotExist, "plain", "kept")
	if err := closer.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, Name))
	if err != nil {
		t.Fatal(err)
	}
	if text := string(data); strings.Contains(text, "hunter2") || !strings.Contains(text, "plain=kept") || !strings.Contains(text, "127.0.0.1:1/x") {
		t.Errorf("the log is %q", text)
	}
}

func TestTheLogIsCapped(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log, closer := New(dir, hclog.Info)
	big := strings.Repeat("x", limit/2)
	for range 2 * (keep + 3) {
		log.Info(big)
	}
	if err := closer.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, Name+"*"))
	if err != nil || len(files) != keep+1 {
		t.Fatalf("%d files (%v), want %d", len(files), err, keep+1)
	}
	for _, path := range files {
		if info, err := os.Stat(path); err != nil || info.Size() > 2*limit {
			t.Errorf("%s: %v, %v; want at most %d bytes", path, info.Size(), err, 2*limit)
		}
	}
}

func TestAnUnwritableLogFailsNothing(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	log, closer := New(filepath.Join(file, "log"), hclog.Info)
	log.Error("dropped")
	if err := closer.Close(); err != nil {
		t.Errorf("Close = %v", err)
	}
}

func TestLevel(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"debug": true, "info": true, "warn": true, "error": true, "loud": false, "": false} {
		if _, ok := Level(name); ok != want {
			t.Errorf("Level(%q) ok = %v, want %v", name, ok, want)
		}
	}
}

// FuzzRedact holds that no user part of a URL survives.
func FuzzRedact(f *testing.F) {
	f.Add("http://a:b@c/d")
	f.Add("socks5://lab:pw@[::1]:1")
	f.Add("Bearer abc")
	f.Fuzz(func(t *testing.T, s string) {
		got := Redact(s)
		if userInfo.MatchString(strings.ReplaceAll(got, "://***@", "")) {
			t.Errorf("Redact(%q) = %q", s, got)
		}
	})
}
