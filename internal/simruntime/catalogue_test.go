package simruntime

import (
	"io"
	"net/http"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"k8s.io/client-go/tools/remotecommand"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/labctl-dev/labctl/internal/simruntime/images"
	"github.com/labctl-dev/labctl/internal/simruntime/simnet"
)

// realNode is a runtime over the catalogue labctl ships.
func realNode(t *testing.T) *node {
	t.Helper()
	catalogue, err := images.Load()
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	network := simnet.New()
	if err := network.SetCIDR(netip.MustParsePrefix("172.16.1.0/24")); err != nil {
		t.Fatal(err)
	}
	r, err := New(Config{
		NodeName: "w1-k8s", NodeIP: netip.MustParseAddr("192.168.56.101"),
		Root: filepath.Join(root, "runtime"), Catalogue: catalogue, Network: network,
	})
	if err != nil {
		t.Fatal(err)
	}
	n := &node{Runtime: r, t: t, net: network, logs: filepath.Join(root, "logs")}
	t.Cleanup(n.shut)
	return n
}

func TestNginxOfTheCatalogue(t *testing.T) {
	t.Parallel()
	n := realNode(t)
	id, err := n.PullImage(t.Context(), &runtimeapi.ImageSpec{Image: "nginx:latest"}, nil, nil)
	n.must(err)
	pod := n.pod("nginx")
	web := n.run(pod, "nginx", func(c *runtimeapi.ContainerConfig) {
		c.Image = &runtimeapi.ImageSpec{Image: id, UserSpecifiedImage: "nginx"}
	})
	if got := n.status(web).GetImage().GetImage(); got != "docker.io/library/nginx:latest" {
		t.Errorf("image is shown as %q", got)
	}
	n.logged(web, "start worker process")
	transport := &http.Transport{DialContext: n.net.AddPod(netip.MustParseAddr("172.16.1.2")).DialContext, DisableKeepAlives: true}
	client := &http.Client{Transport: transport}
	resp, err := client.Get("http://172.16.1.2/")
	n.must(err)
	body, err := io.ReadAll(resp.Body)
	n.must(err)
	n.must(resp.Body.Close())
	if resp.StatusCode != http.StatusOK || !strings.Contains(string(body), "Welcome to nginx!") {
		t.Errorf("nginx answered %d %q", resp.StatusCode, body)
	}
	n.logged(web, `"GET / HTTP/1.1" 200`)
	if got := n.output(web, "sh", "-c", "echo $HOSTNAME; head -n 1 /etc/os-release"); !strings.HasPrefix(got, "nginx\nPRETTY_NAME=") {
		t.Errorf("shell said %q", got)
	}
	if _, _, err := n.ExecSync(t.Context(), web, []string{"nope"}, 0); err == nil || !strings.Contains(err.Error(), `exec: "nope": executable file not found in $PATH`) {
		t.Errorf("missing program: %v", err)
	}
	n.must(n.StopContainer(t.Context(), web, 30))
	if st := n.status(web); st.GetExitCode() != 0 || st.GetReason() != "Completed" {
		t.Errorf("nginx ended %d %s, want 0 Completed", st.GetExitCode(), st.GetReason())
	}
}

func TestShellOnATerminal(t *testing.T) {
	t.Parallel()
	n := realNode(t)
	_, err := n.PullImage(t.Context(), &runtimeapi.ImageSpec{Image: "busybox"}, nil, nil)
	n.must(err)
	id := n.run(n.pod("box"), "box", args("sleep", "3600"), func(c *runtimeapi.ContainerConfig) { c.Image.Image = "busybox" })
	resp, err := n.Exec(t.Context(), &runtimeapi.ExecRequest{ContainerId: id, Cmd: []string{"sh"}, Stdin: true, Stdout: true, Tty: true})
	n.must(err)
	in, keys := io.Pipe()
	screen := newBuffer()
	ended := make(chan error, 1)
	go func() {
		ended <- executor(t, resp.GetUrl()).StreamWithContext(t.Context(), remotecommand.StreamOptions{Stdin: in, Stdout: screen, Tty: true})
	}()
	for _, step := range []struct{ keys, shown string }{
		{"echo a$((20+22))b\r", "a42b\r\n"},
		{"exit 0\r", "exit 0"},
	} {
		_, err := io.WriteString(keys, step.keys)
		n.must(err)
		screen.until(t, step.shown)
	}
	if err := <-ended; err != nil {
		t.Errorf("shell ended with %v; screen %q", err, screen.String())
	}
	n.must(keys.Close())
}

func TestUnknownImageSaysHowToAddIt(t *testing.T) {
	t.Parallel()
	n := realNode(t)
	_, err := n.PullImage(t.Context(), &runtimeapi.ImageSpec{Image: "nosuch/app:1"}, nil, nil)
	if status.Code(err) != codes.NotFound || !strings.Contains(err.Error(), "docs/extending.md") ||
		strings.Count(err.Error(), "failed to pull") != 1 {
		t.Errorf("got %v", err)
	}
	for _, bad := range []string{"UPPER/Case:1", ""} {
		if _, err := n.PullImage(t.Context(), &runtimeapi.ImageSpec{Image: bad}, nil, nil); status.Code(err) != codes.InvalidArgument {
			t.Errorf("pull of %q: %v, want InvalidArgument", bad, err)
		}
	}
}
