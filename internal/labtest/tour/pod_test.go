package tour_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/labctl-dev/labctl/internal/labtest"
)

func firstPod(t *testing.T, lab *labtest.Lab) {
	lab.Kubectl(t, "run", "first", "--image=nginx")
	lab.Kubectl(t, "wait", "pod/first", "--for=condition=Ready", "--timeout=60s")
	wide := lab.Kubectl(t, "get", "pod", "first", "-o", "wide")
	if !regexp.MustCompile(`first\s+1/1\s+Running\s+0\s+\S+\s+172\.16\.\d+\.\d+\s+w[123]-k8s`).MatchString(wide) {
		t.Errorf("get pod -o wide:\n%s", wide)
	}
	ip := field(t, lab, "pod/first", ".status.podIP")
	page := lab.Must(t, "shell", "-c", "curl -s http://"+ip)
	wantContains(t, "curl of the pod", page, "Welcome to nginx!")
	wantContains(t, "logs", lab.Kubectl(t, "logs", "first"), `"GET / HTTP/1.1" 200`)
	if got := lab.Kubectl(t, "exec", "first", "--", "hostname"); got != "first\n" {
		t.Errorf("exec hostname = %q, want first", got)
	}
	if result := lab.Run(t, "kubectl", "exec", "first", "--", "sh", "-c", "exit 3"); result.Exit != 3 {
		t.Errorf("exec exit code = %d, want 3: %s", result.Exit, result.Stderr)
	}
	if result := lab.Run(t, "kubectl", "exec", "first", "--", "no-such-program"); result.Exit == 0 {
		t.Error("exec of an unknown program succeeded")
	}
	describe := lab.Kubectl(t, "describe", "pod", "first")
	wantContains(t, "events", describe, "Scheduled", "Pulled", "Created", "Started")
	lab.Kubectl(t, "delete", "pod", "first", "--timeout=60s")
	if result := lab.Run(t, "kubectl", "get", "pod", "first"); !strings.Contains(result.Stderr, "NotFound") {
		t.Errorf("the deleted pod is still there: %s%s", result.Stdout, result.Stderr)
	}
	if result := lab.Run(t, "shell", "-c", "curl -sf --max-time 5 http://"+ip); result.Exit == 0 {
		t.Errorf("the deleted pod still answers: %s", result.Stdout)
	}
}

func streams(t *testing.T, lab *labtest.Lab) {
	lab.Kubectl(t, "run", "streams", "--image=nginx")
	lab.Kubectl(t, "wait", "pod/streams", "--for=condition=Ready", "--timeout=60s")

	stdin := lab.RunContext(t.Context(), t, []byte("가나다\n"), "kubectl", "exec", "-i", "streams", "--", "sh", "-c", "cat > /tmp/x; cat /tmp/x")
	if stdin.Exit != 0 || stdin.Stdout != "가나다\n" {
		t.Errorf("exec -i: exit %d %q %s", stdin.Exit, stdin.Stdout, stdin.Stderr)
	}
	attached := lab.RunContext(t.Context(), t, []byte("echo attached\nexit\n"), "kubectl", "run", "attached", "-i", "--rm", "--restart=Never", "--image=busybox", "--", "sh")
	wantContains(t, "kubectl run -i", attached.Stdout, "attached")

	forwarded(t, lab)
}

// forwarded talks to the pod through kubectl port-forward.
func forwarded(t *testing.T, lab *labtest.Lab) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := lab.Command(ctx, "kubectl", "port-forward", "pod/streams", ":80", "--address=127.0.0.1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cancel(); _ = cmd.Wait() }()
	line := make([]byte, 256)
	n, err := out.Read(line)
	if err != nil {
		t.Fatalf("port-forward said nothing: %v", err)
	}
	match := regexp.MustCompile(`127\.0\.0\.1:(\d+)`).FindSubmatch(line[:n])
	if match == nil {
		t.Fatalf("port-forward said %q", line[:n])
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort("127.0.0.1", string(match[1])), nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatalf("through port-forward: %v", err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	wantContains(t, "page through port-forward", string(body), "Welcome to nginx!")
}

func probes(t *testing.T, lab *labtest.Lab) {
	apply(t, lab, `
apiVersion: v1
kind: Pod
metadata: {name: probed}
spec:
  containers:
  - name: web
    image: nginx
    ports: [{name: web, containerPort: 80}]
    readinessProbe: {httpGet: {path: /, port: web}, periodSeconds: 1}
    startupProbe: {tcpSocket: {port: 80}, periodSeconds: 1}
---
apiVersion: v1
kind: Pod
metadata: {name: unhealthy}
spec:
  terminationGracePeriodSeconds: 1
  containers:
  - name: web
    image: nginx
    livenessProbe: {httpGet: {path: /absent, port: 80}, periodSeconds: 1, failureThreshold: 1}
---
apiVersion: v1
kind: Pod
metadata: {name: unready}
spec:
  containers:
  - name: web
    image: nginx
    readinessProbe: {tcpSocket: {port: 81}, periodSeconds: 1}
`)
	lab.Kubectl(t, "wait", "pod/probed", "--for=condition=Ready", "--timeout=60s")
	if got := field(t, lab, "pod/probed", ".spec.containers[0].readinessProbe.httpGet.path"); got != "/" {
		t.Errorf("the probe shown is not the one applied: path %q", got)
	}
	eventually(t, lab, "pod/unhealthy", ".status.containerStatuses[0].restartCount", "1")
	wantContains(t, "events of unhealthy", lab.Kubectl(t, "describe", "pod", "unhealthy"),
		"Liveness probe failed: HTTP probe failed with statuscode: 404", "failed liveness probe, will be restarted")
	wantContains(t, "events of unready", waitEvents(t, lab, "unready", "Readiness probe failed"), "connection refused")
	if got := field(t, lab, "pod/unready", ".status.containerStatuses[0].ready"); got != "false" {
		t.Errorf("ready = %q although its probe fails", got)
	}
}

// waitEvents reads a pod's events until one holds want.
func waitEvents(t *testing.T, lab *labtest.Lab, pod, want string) string {
	t.Helper()
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(time.Minute)
	for {
		events := lab.Kubectl(t, "get", "events", "--field-selector=involvedObject.name="+pod, "-o", "jsonpath={.items[*].message}")
		if strings.Contains(events, want) {
			return events
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("no event of %s holds %q: %s", pod, want, events)
		}
	}
}
