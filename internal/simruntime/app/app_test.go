package app_test

import (
	"strings"
	"syscall"
	"testing"

	"github.com/labctl-dev/labctl/internal/simruntime/images/imagetest"
)

func TestPauseEndsWell(t *testing.T) {
	t.Parallel()
	c := imagetest.New(t, "registry.k8s.io/pause:3.10.1")
	p, _, _ := c.Process("/pause")
	p.PID = 1
	signals, wait := c.Start(t, p)
	signals <- syscall.SIGHUP
	signals <- syscall.SIGTERM
	if code := wait(); code != 0 {
		t.Errorf("code %d", code)
	}
}

func TestComponentLogIsFollowed(t *testing.T) {
	t.Parallel()
	c := imagetest.New(t, "registry.k8s.io/kube-apiserver:v1.37.2")
	c.Host.Logs = map[string]string{"kube-apiserver": "I1123 serving\n"}
	p, _, errs := c.Process("kube-apiserver", "--secure-port=6443")
	p.PID = 1
	signals, wait := c.Start(t, p)
	errs.WaitFor(t, "I1123 serving\n")
	signals <- syscall.SIGTERM
	if code := wait(); code != 0 {
		t.Errorf("code %d", code)
	}
	c.Host.Logs = nil
	code, _, text := c.Exec(t, "kube-apiserver")
	if code != 1 || !strings.Contains(text, "reading the log of the lab's kube-apiserver") {
		t.Errorf("%d %s", code, text)
	}
}

func TestDaemonsAnswerAndSayTheyAreSimulated(t *testing.T) {
	t.Parallel()
	for ref, at := range map[string]struct{ argv0, last, url string }{
		"registry.k8s.io/kube-proxy:v1.37.2":        {"/usr/local/bin/kube-proxy", "not by iptables\" (labctl", "localhost:10256/healthz"},
		"registry.k8s.io/coredns/coredns:v1.14.3":   {"/coredns", "gateway (labctl", "localhost:8181/ready"},
		"docker.io/calico/node:v3.32.0":             {"/bin/calico-node", "Felix is up", "localhost:9099/liveness"},
		"docker.io/calico/kube-controllers:v3.32.0": {"/usr/bin/kube-controllers", "policy controller", "localhost:9094/metrics"},
	} {
		t.Run(ref, func(t *testing.T) {
			t.Parallel()
			c := imagetest.New(t, ref)
			p, out, errs := c.Process(at.argv0)
			p.PID, p.Stdout = 1, errs
			signals, wait := c.Start(t, p)
			errs.WaitFor(t, at.last)
			client := imagetest.New(t, "busybox")
			client.Net = c.Net
			client.Net.WaitOpen(t, strings.TrimSuffix(at.url[strings.Index(at.url, ":")+1:], at.url[strings.Index(at.url, "/"):]))
			if code, body, text := client.Exec(t, "wget", "-qO-", at.url); code != 0 || body == "" {
				t.Errorf("%d %q %s", code, body, text)
			}
			signals <- syscall.SIGTERM
			if code := wait(); code != 0 || !strings.Contains(errs.String()+out.String(), "simulated") {
				t.Errorf("code %d, %s", code, errs)
			}
			if code, _, text := c.Exec(t, "sh"); code != 127 {
				t.Errorf("an image without a shell has one: %d %s", code, text)
			}
		})
	}
}

func TestPortOfADaemonIsTaken(t *testing.T) {
	t.Parallel()
	c := imagetest.New(t, "registry.k8s.io/kube-proxy:v1.37.2")
	l, err := c.Net.Listen(t.Context(), 10249)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	code, _, text := c.Exec(t, "kube-proxy")
	if code != 1 || !strings.Contains(text, "FATAL: listening on port 10249") {
		t.Errorf("%d %s", code, text)
	}
}

func TestOneOffWork(t *testing.T) {
	t.Parallel()
	for ref, args := range map[string][]string{
		"docker.io/calico/cni:v3.32.0":              {"/opt/cni/bin/install"},
		"docker.io/calico/node:v3.32.0":             {"/bin/calico-node", "-felix-live", "-bird-live"},
		"docker.io/calico/kube-controllers:v3.32.0": {"/usr/bin/check-status", "-r"},
	} {
		if code, _, errs := imagetest.New(t, ref).Exec(t, args...); code != 0 || !strings.Contains(errs, "simulated") {
			t.Errorf("%v: %d %s", args, code, errs)
		}
	}
}
