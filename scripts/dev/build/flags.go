package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// targets are the programs, as go build names them.
var targets = []string{"./cmd/labctl", "./cmd/labctl-plane"}

// buildFlags must be the same wherever this repository compiles Kubernetes
// (scripts/dev/test, scripts/dev/lint): other flags would compile all of it a
// second time.
func buildFlags() []string { return []string{"-trimpath"} }

// environ is the environment of every go command that compiles.
func environ(base []string) []string { return append(base, "CGO_ENABLED=0") }

// linkerFlags stamps the programs with the version of Kubernetes that go.mod
// pins, so that `kubectl version` and `get nodes` show it. The build date is
// the day that version was released: the time of this build would make every
// link another one. The module proxy tells no commit, so none is claimed.
func linkerFlags(ctx context.Context) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-m", "-json=Version,Time", "k8s.io/kubernetes")
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("asking go for the version of k8s.io/kubernetes: %w", withStderr(err))
	}
	var module struct {
		Version string
		Time    time.Time
	}
	if err := json.Unmarshal(out, &module); err != nil {
		return "", fmt.Errorf("reading the version of k8s.io/kubernetes: %w", err)
	}
	return versionFlags(module.Version, module.Time)
}

// versionFlags is linkerFlags without the question to go.
func versionFlags(version string, released time.Time) (string, error) {
	parts := strings.SplitN(strings.TrimPrefix(version, "v"), ".", 3)
	if len(parts) != 3 || !strings.HasPrefix(version, "v") {
		return "", fmt.Errorf("k8s.io/kubernetes has the version %q, which is no release", version)
	}
	values := [][2]string{
		{"gitVersion", version},
		{"gitMajor", parts[0]},
		{"gitMinor", parts[1]},
		{"gitCommit", ""},
		{"gitTreeState", "clean"},
		{"buildDate", released.UTC().Format(time.RFC3339)},
	}
	flags := []string{"-s", "-w"}
	for _, v := range values {
		flags = append(flags, "-X", "k8s.io/component-base/version."+v[0]+"="+v[1])
	}
	return strings.Join(flags, " "), nil
}
