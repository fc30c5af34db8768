package labtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Binaries returns the directory of labctl and labctl-plane: LABCTL_BIN where
// `make test` has built them, else built here, once a process, into the user's
// cache. The first build ever compiles all of Kubernetes.
func Binaries(t testing.TB) string {
	t.Helper()
	if dir := os.Getenv("LABCTL_BIN"); dir != "" {
		return dir
	}
	dir, err := builder()
	if err != nil {
		t.Fatalf("building the binaries: %v", err)
	}
	return dir
}

// builder is once for the whole test process: a build takes a link of seconds.
var builder = sync.OnceValues(func() (string, error) { //nolint:gochecknoglobals // see above
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "labctl-test", "bin")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	root, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return "", err
	}
	cmd := exec.Command("go", "run", "-trimpath", "./scripts/dev/build", dir) // as `make build`, so with the same flags
	cmd.Dir = strings.TrimSpace(string(root))
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	return dir, cmd.Run()
})
