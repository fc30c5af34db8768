package tour_test

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/labctl-dev/labctl/internal/labtest"
	"github.com/labctl-dev/labctl/provision"
)

func nodes(t *testing.T, lab *labtest.Lab) {
	var list struct {
		Items []struct {
			Metadata struct {
				Name   string
				Labels map[string]string
			}
			Spec struct {
				PodCIDR string
				Taints  []struct{ Key, Effect string }
			}
			Status struct {
				Addresses  []struct{ Type, Address string }
				Conditions []struct{ Type, Status string }
				NodeInfo   struct{ KubeletVersion, OsImage, ContainerRuntimeVersion string }
			}
		}
	}
	if err := json.Unmarshal([]byte(lab.Kubectl(t, "get", "nodes", "-o", "json")), &list); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, node := range list.Items {
		name := node.Metadata.Name
		for _, a := range node.Status.Addresses {
			if a.Type == "InternalIP" {
				got[name] = a.Address
			}
		}
		for _, c := range node.Status.Conditions {
			if want := map[bool]string{true: "True", false: "False"}[c.Type == "Ready"]; c.Status != want {
				t.Errorf("%s: condition %s is %s, want %s", name, c.Type, c.Status, want)
			}
		}
		if node.Status.NodeInfo.KubeletVersion != provision.KubernetesVersion {
			t.Errorf("%s: kubelet %s, want %s", name, node.Status.NodeInfo.KubeletVersion, provision.KubernetesVersion)
		}
		wantContains(t, name+" OS image", node.Status.NodeInfo.OsImage, "CentOS", "(labctl embedded)")
		if node.Spec.PodCIDR == "" {
			t.Errorf("%s has no pod range", name)
		}
		_, control := node.Metadata.Labels["node-role.kubernetes.io/control-plane"]
		tainted := len(node.Spec.Taints) == 1 && node.Spec.Taints[0].Key == "node-role.kubernetes.io/control-plane"
		if want := name == "m-k8s"; control != want || tainted != want || (!want && len(node.Spec.Taints) > 0) {
			t.Errorf("%s: control-plane label %v, taints %v", name, control, node.Spec.Taints)
		}
	}
	want := map[string]string{
		"m-k8s": "192.168.56.10", "w1-k8s": "192.168.56.101", "w2-k8s": "192.168.56.102", "w3-k8s": "192.168.56.103",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("node addresses (-want +got):\n%s", diff)
	}
	wantContains(t, "kubectl version", lab.Kubectl(t, "version"), "Client Version: v1.37.2", "Server Version: v1.37.2")
}

func controlPlane(t *testing.T, lab *labtest.Lab) {
	for _, component := range []string{"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"} {
		pod := "pod/" + component + "-m-k8s"
		result := lab.Run(t, "kubectl", "-n", "kube-system", "wait", pod, "--for=condition=Ready", "--timeout=60s")
		if result.Exit != 0 {
			t.Errorf("%s is not ready: %s", pod, result.Stderr)
			continue
		}
		owner := lab.Kubectl(t, "-n", "kube-system", "get", pod, "-o", "jsonpath={.metadata.ownerReferences[0].kind}")
		if owner != "Node" {
			t.Errorf("%s is owned by %q, want Node: a mirror pod", pod, owner)
		}
		if logs := lab.Kubectl(t, "-n", "kube-system", "logs", pod, "--tail=5"); logs == "" && component != "etcd" {
			t.Errorf("%s has no logs", pod)
		}
	}
	for _, object := range []string{"daemonset/kube-proxy", "daemonset/calico-node", "deployment/coredns"} {
		result := lab.Run(t, "kubectl", "-n", "kube-system", "rollout", "status", object, "--timeout=60s")
		if result.Exit != 0 {
			t.Errorf("%s: %s%s", object, result.Stdout, result.Stderr)
		}
	}
}

// authentication: nothing of the lab answers to a stranger on this computer.
func authentication(t *testing.T, lab *labtest.Lab) {
	kubeconfig := strings.TrimSpace(lab.Must(t, "kubeconfig"))
	server := lab.Kubectl(t, "config", "view", "-o", "jsonpath={.clusters[0].cluster.server}")
	at, err := url.Parse(server)
	if err != nil || at.Scheme != "https" {
		t.Fatalf("server %q in %s: %v", server, kubeconfig, err)
	}
	if ip := net.ParseIP(at.Hostname()); ip == nil || !ip.IsLoopback() {
		t.Errorf("the API server is at %s, want a loopback address", at.Host)
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server+"/api/v1/namespaces/kube-system/secrets", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden && resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("secrets without a certificate: %s, want 401 or 403", resp.Status)
	}
	listening, err := exec.CommandContext(t.Context(), "ss", "-Hltnp").Output()
	if err != nil {
		return // no ss on this system; the addresses above are what can be seen
	}
	if !bytes.Contains(listening, []byte("labctl")) {
		t.Errorf("no listening process of the lab was found, so this check sees nothing:\n%s", listening)
	}
	for line := range bytes.Lines(listening) {
		if bytes.Contains(line, []byte("labctl")) && !bytes.Contains(line, []byte("127.0.0.1:")) {
			t.Errorf("a process of the lab listens beyond loopback: %s", line)
		}
	}
}
