package node

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestOOMGuardOrder holds the order of statements in NewMainKubelet that
// oomGuard relies on: first the out-of-memory watcher judges the recorder, then
// the tracer is asked for, then the recorder is stored.
func TestOOMGuardOrder(t *testing.T) {
	t.Parallel()
	source := kubernetesFile(t, "pkg/kubelet/kubelet.go")
	_, source, found := strings.Cut(source, "func NewMainKubelet(")
	if !found {
		t.Fatal("NewMainKubelet is not in pkg/kubelet/kubelet.go any more")
	}
	for _, next := range []string{"oomwatcher.NewWatcher(kubeDeps.Recorder)", "kubeDeps.TracerProvider.Tracer(", "recorder:                     kubeDeps.Recorder"} {
		_, rest, found := strings.Cut(source, next)
		if !found {
			t.Fatalf("%q does not come next in NewMainKubelet; oomGuard must be thought over", next)
		}
		source = rest
	}
}

// TestLegacyLogDirectory holds the constant nodeOS keeps the kubelet away from.
func TestLegacyLogDirectory(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"pkg/kubelet/kuberuntime/legacy.go", "pkg/kubelet/kubelet.go"} {
		if !strings.Contains(kubernetesFile(t, file), `"`+containerLogs+`"`) {
			t.Errorf("%s no longer names %s; nodeOS guards the wrong directory", file, containerLogs)
		}
	}
	if err := (nodeOS{}).Symlink("/nowhere", containerLogs+"/labctl-test.log"); err != nil {
		t.Errorf("Symlink into %s: %v, want silence", containerLogs, err)
	}
	if _, err := os.Lstat(containerLogs + "/labctl-test.log"); err == nil {
		t.Error("a link was made on this computer")
	}
}

func kubernetesFile(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "k8s.io/kubernetes").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	data, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(out)), filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
