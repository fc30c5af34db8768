package simruntime

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// TestReload is what a node's kill -9 leaves: records without an end.
func TestReload(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	first := newNode(t, root)
	pod := first.pod("web")
	running := first.run(pod, "main", func(c *runtimeapi.ContainerConfig) {
		c.Metadata.Attempt = 2
		c.Annotations = map[string]string{"io.kubernetes.container.restartCount": "2"}
	})
	finished := first.run(pod, "init", args("exit", "7"))
	first.exited(finished)
	created := first.create(pod, "later")
	first.logged(running, "started")
	before := first.status(running)
	first.shut()

	second := newNode(t, root)
	resp, err := second.PodSandboxStatus(t.Context(), pod, false)
	second.must(err)
	if got := resp.GetStatus(); got.GetState() != runtimeapi.PodSandboxState_SANDBOX_NOTREADY || got.GetLabels()["app"] != "web" {
		t.Errorf("sandbox after reload: %v", got)
	}
	got := second.status(running)
	if got.GetState() != runtimeapi.ContainerState_CONTAINER_EXITED || got.GetExitCode() != 255 || got.GetReason() != "Unknown" {
		t.Errorf("container that was running: %v", got)
	}
	if got.GetStartedAt() != before.GetStartedAt() || got.GetFinishedAt() < got.GetStartedAt() ||
		got.GetLogPath() != before.GetLogPath() || got.GetMetadata().GetAttempt() != 2 ||
		got.GetAnnotations()["io.kubernetes.container.restartCount"] != "2" {
		t.Errorf("after reload %v, want what was before: %v", got, before)
	}
	if got := second.status(finished); got.GetExitCode() != 7 || got.GetReason() != "Error" {
		t.Errorf("container that had ended: %v", got)
	}
	if got := second.status(created).GetState(); got != runtimeapi.ContainerState_CONTAINER_CREATED {
		t.Errorf("container never started is %v", got)
	}
	if _, ok := second.images.find("tool"); !ok {
		t.Error("the pulled image is gone")
	}
	if id := second.pod("other"); id == pod {
		t.Error("two sandboxes of one ID")
	}
	second.must(second.RemovePodSandbox(t.Context(), pod))
	if exists(second.store.dir(containerKind, running)) {
		t.Error("a removed container left its directory")
	}
}

func TestDamagedRecordsAreMovedAside(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	first := newNode(t, root)
	pod := first.pod("web")
	good := first.run(pod, "good")
	bad := []string{first.create(pod, "truncated"), first.create(pod, "other"), first.create(pod, "empty")}
	first.shut()
	for i, content := range []string{`{"id":`, `{"id":"somebody else"}`, ""} {
		if err := os.WriteFile(filepath.Join(first.store.dir(containerKind, bad[i]), recordFile), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	unfinished := first.store.dir(containerKind, "unfinished")
	if err := os.MkdirAll(filepath.Join(unfinished, "upper"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(first.store.dir(imageKind, "sha256-x"), recordFile), nil, 0o600); err == nil {
		t.Fatal("test is wrong: the directory should be missing")
	}

	second := newNode(t, root)
	all, err := second.ListContainers(t.Context(), nil)
	if err != nil || len(all) != 1 || all[0].GetId() != good {
		t.Errorf("after reload %v, %v, want only the good container", all, err)
	}
	aside, err := os.ReadDir(filepath.Join(second.cfg.Root, damagedDir))
	if err != nil || len(aside) != len(bad) {
		t.Errorf("moved aside %v, %v, want %d records", aside, err, len(bad))
	}
	for _, entry := range aside {
		if !strings.HasPrefix(entry.Name(), "container-") {
			t.Errorf("moved aside as %q", entry.Name())
		}
	}
	if exists(unfinished) {
		t.Error("what an interrupted creation left is still there")
	}
}

func TestContainerKeepsItsFilesOnlyForItsLife(t *testing.T) {
	t.Parallel()
	n := newNode(t, t.TempDir())
	pod := n.pod("p")
	first := n.run(pod, "main")
	n.output(first, "write", "/tmp-file", "x")
	if got := n.output(first, "read", "/tmp-file"); got != "x" {
		t.Errorf("read back %q", got)
	}
	n.must(n.StopContainer(t.Context(), first, 1))
	second := n.run(pod, "main", func(c *runtimeapi.ContainerConfig) { c.Metadata.Attempt = 1 })
	if _, _, err := n.ExecSync(t.Context(), second, []string{"read", "/tmp-file"}, 0); err == nil {
		t.Error("the next container sees the files of the one before")
	}
}
