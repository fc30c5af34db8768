package tour_test

import (
	"strings"
	"testing"

	"github.com/labctl-dev/labctl/internal/labtest"
)

func brokenPods(t *testing.T, lab *labtest.Lab) {
	lab.Kubectl(t, "run", "typo", "--image=ngnix")
	lab.Kubectl(t, "run", "crash", "--image=busybox", "--", "sh", "-c", "echo 끝; exit 7")
	lab.Kubectl(t, "run", "nofile", "--image=busybox", "--command", "--", "/no/such/file")
	lab.Kubectl(t, "run", "job", "--image=busybox", "--restart=Never", "--", "sh", "-c", "echo done")

	wantContains(t, "events of typo", waitEvents(t, lab, "typo", "Failed to pull image"), "ngnix")
	// Only from the second restart on does the back-off last longer than the
	// kubelet takes to report it; before, the last container may be gone already.
	eventually(t, lab, "pod/crash", ".status.containerStatuses[0].restartCount", "2")
	eventually(t, lab, "pod/crash", ".status.containerStatuses[0].lastState.terminated.exitCode", "7")
	eventually(t, lab, "pod/crash", ".status.containerStatuses[0].state.waiting.reason", "CrashLoopBackOff")
	if got := lab.Kubectl(t, "logs", "crash", "--previous"); got != "끝\n" {
		t.Errorf("logs --previous = %q", got)
	}
	wantContains(t, "events of nofile", waitEvents(t, lab, "nofile", "/no/such/file"), "no such file or directory")
	eventually(t, lab, "pod/job", ".status.phase", "Succeeded")
	if got := lab.Kubectl(t, "logs", "job"); got != "done\n" {
		t.Errorf("logs of a finished pod = %q", got)
	}
}

func deployment(t *testing.T, lab *labtest.Lab) {
	lab.Kubectl(t, "create", "deployment", "deploy-nginx", "--image=nginx", "--replicas=3")
	lab.Kubectl(t, "rollout", "status", "deployment/deploy-nginx", "--timeout=60s")
	placed := strings.Fields(lab.Kubectl(t, "get", "pods", "-l", "app=deploy-nginx", "-o", "jsonpath={.items[*].spec.nodeName}"))
	if len(placed) != 3 {
		t.Fatalf("pods on %v, want three", placed)
	}
	for _, node := range placed {
		if node == "m-k8s" {
			t.Error("a pod runs on the control plane despite its taint")
		}
	}
	victim := lab.Kubectl(t, "get", "pods", "-l", "app=deploy-nginx", "-o", "jsonpath={.items[0].metadata.name}")
	lab.Kubectl(t, "delete", "pod", victim, "--wait=false")
	lab.Kubectl(t, "rollout", "status", "deployment/deploy-nginx", "--timeout=60s")
	lab.Kubectl(t, "scale", "deployment/deploy-nginx", "--replicas=9")
	lab.Kubectl(t, "rollout", "status", "deployment/deploy-nginx", "--timeout=60s")
}

func configuration(t *testing.T, lab *labtest.Lab) {
	apply(t, lab, `
apiVersion: v1
kind: ConfigMap
metadata: {name: page}
data: {index.html: "안녕하세요\n"}
---
apiVersion: v1
kind: Secret
metadata: {name: word}
stringData: {password: s3cret}
---
apiVersion: v1
kind: Pod
metadata: {name: configured}
spec:
  containers:
  - name: web
    image: nginx
    env:
    - {name: WORD, valueFrom: {secretKeyRef: {name: word, key: password}}}
    - {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
    volumeMounts:
    - {name: html, mountPath: /usr/share/nginx/html}
    - {name: scratch, mountPath: /scratch}
  volumes:
  - {name: html, configMap: {name: page}}
  - {name: scratch, emptyDir: {}}
`)
	lab.Kubectl(t, "wait", "pod/configured", "--for=condition=Ready", "--timeout=60s")
	ip := field(t, lab, "pod/configured", ".status.podIP")
	if got := lab.Must(t, "shell", "-c", "curl -s http://"+ip); got != "안녕하세요\n" {
		t.Errorf("page = %q, want the ConfigMap's", got)
	}
	env := lab.Kubectl(t, "exec", "configured", "--", "sh", "-c", "echo $WORD $NODE; echo kept > /scratch/f; cat /scratch/f")
	if want := "s3cret " + field(t, lab, "pod/configured", ".spec.nodeName") + "\nkept\n"; env != want {
		t.Errorf("environment = %q, want %q", env, want)
	}
	hostFiles(t, lab)
}

// hostFiles: a hostPath volume is the node's directory, never this computer's.
func hostFiles(t *testing.T, lab *labtest.Lab) {
	t.Helper()
	apply(t, lab, `
apiVersion: v1
kind: Pod
metadata: {name: nosy}
spec:
  containers:
  - {name: c, image: busybox, command: [sh, -c, "sleep 3600"], volumeMounts: [{name: host, mountPath: /host}]}
  volumes:
  - {name: host, hostPath: {path: /}}
`)
	lab.Kubectl(t, "wait", "pod/nosy", "--for=condition=Ready", "--timeout=60s")
	got := lab.Run(t, "kubectl", "exec", "nosy", "--", "ls", "/host")
	if got.Exit != 0 || !strings.Contains(got.Stdout, "var") {
		t.Errorf("the node's own root directory cannot be seen: exit %d\n%s%s", got.Exit, got.Stdout, got.Stderr)
	}
	if strings.Contains(got.Stdout, "proc") || strings.Contains(got.Stdout, "boot") {
		t.Errorf("a pod sees this computer's root directory:\n%s", got.Stdout)
	}
	lab.Kubectl(t, "delete", "pod", "nosy", "--grace-period=1", "--timeout=60s")
}
