package simruntime

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// nodeRoot names the root of the node a child of this test binary runs.
const nodeRoot = "LABCTL_TEST_NODE_ROOT"

// TestNodeProcess is not a test: it is the process TestKilledNode kills. Without
// the variable it checks that it was not meant.
func TestNodeProcess(t *testing.T) {
	root := os.Getenv(nodeRoot)
	if root == "" {
		return
	}
	n := newNode(t, root)
	pod := n.pod("web")
	id := n.run(pod, "main")
	n.logged(id, "started")
	n.output(id, "write", "/file", "kept")
	fmt.Println("ready", pod, id)
	select {} // until killed
}

// TestKilledNode ends a real process with SIGKILL in the middle of its work.
func TestKilledNode(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestNodeProcess$")
	cmd.Env = append(os.Environ(), nodeRoot+"="+root)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var pod, id string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if _, err := fmt.Sscanf(lines.Text(), "ready %s %s", &pod, &id); err == nil {
			break
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed, as wished

	n := newNode(t, root)
	resp, err := n.PodSandboxStatus(t.Context(), pod, false)
	n.must(err)
	if got := resp.GetStatus().GetState(); got != runtimeapi.PodSandboxState_SANDBOX_NOTREADY {
		t.Errorf("sandbox is %v after a kill", got)
	}
	st := n.status(id)
	if st.GetState() != runtimeapi.ContainerState_CONTAINER_EXITED || st.GetExitCode() != 255 || st.GetReason() != "Unknown" {
		t.Errorf("container after a kill: %v", st)
	}
	if log, err := os.ReadFile(st.GetLogPath()); err != nil || !strings.Contains(string(log), "started") {
		t.Errorf("log after a kill: %q, %v", log, err)
	}
	again := n.pod("web", func(c *runtimeapi.PodSandboxConfig) { c.Metadata.Attempt = 1 })
	restarted := n.run(again, "main", func(c *runtimeapi.ContainerConfig) { c.Metadata.Attempt = 1 })
	n.logged(restarted, "started")
}
