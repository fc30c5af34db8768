package addons

import (
	"fmt"
	"strings"

	"github.com/labctl-dev/labctl/provision"
)

const staticPodText = `apiVersion: v1
kind: Pod
metadata:
  name: %[1]s
  namespace: kube-system
  labels:
    component: %[1]s
    tier: control-plane
  annotations:
    labctl.dev/simulated: "true"
%[2]sspec:
  hostNetwork: true
  priority: 2000001000
  priorityClassName: system-node-critical
  securityContext:
    seccompProfile:
      type: RuntimeDefault
  containers:
  - name: %[1]s
    image: %[3]s
    imagePullPolicy: IfNotPresent
    command:
%[4]s    resources:
      requests:
%[5]s`

type staticPod struct {
	name, image string
	annotation  string // one "key: value" as kubeadm sets it, or ""
	command     []string
	requests    []string
}

// StaticPods renders the manifests of the control plane's pods, by file name,
// with the command lines kubeadm would give them on that plan. They stand for
// processes that run outside of the node, so they have no probes.
func StaticPods(plan provision.Plan) map[string][]byte {
	out := map[string][]byte{}
	for _, pod := range []staticPod{etcdPod(plan), apiServerPod(plan), controllerManagerPod(plan), schedulerPod(plan)} {
		out[pod.name+".yaml"] = pod.render()
	}
	return out
}

func (p staticPod) render() []byte {
	annotation := ""
	if p.annotation != "" {
		annotation = "    " + p.annotation + "\n"
	}
	return fmt.Appendf(nil, staticPodText, p.name, annotation, p.image,
		lines("    - ", append([]string{p.name}, p.command...)), lines("        ", p.requests))
}

func lines(prefix string, items []string) string {
	var out strings.Builder
	for _, item := range items {
		out.WriteString(prefix + item + "\n")
	}
	return out.String()
}

func etcdPod(plan provision.Plan) staticPod {
	name, ip := plan.Nodes[0].Name, plan.Nodes[0].IP
	client, peer := fmt.Sprintf("https://%s:2379", ip), fmt.Sprintf("https://%s:2380", ip)
	return staticPod{
		name: "etcd", image: "registry.k8s.io/etcd:" + EtcdVersion,
		annotation: "kubeadm.kubernetes.io/etcd.advertise-client-urls: " + client,
		requests:   []string{"cpu: 100m", "memory: 100Mi"},
		command: []string{
			"--advertise-client-urls=" + client,
			"--cert-file=/etc/kubernetes/pki/etcd/server.crt",
			"--client-cert-auth=true",
			"--data-dir=/var/lib/etcd",
			"--feature-gates=InitialCorruptCheck=true",
			"--initial-advertise-peer-urls=" + peer,
			"--initial-cluster=" + name + "=" + peer,
			"--key-file=/etc/kubernetes/pki/etcd/server.key",
			"--listen-client-urls=https://127.0.0.1:2379," + client,
			"--listen-metrics-urls=http://127.0.0.1:2381",
			"--listen-peer-urls=" + peer,
			"--name=" + name,
			"--peer-cert-file=/etc/kubernetes/pki/etcd/peer.crt",
			"--peer-client-cert-auth=true",
			"--peer-key-file=/etc/kubernetes/pki/etcd/peer.key",
			"--peer-trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt",
			"--snapshot-count=10000",
			"--trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt",
			"--watch-progress-notify-interval=5s",
		},
	}
}

func apiServerPod(plan provision.Plan) staticPod {
	ip := plan.Nodes[0].IP.String()
	return staticPod{
		name: "kube-apiserver", image: "registry.k8s.io/kube-apiserver:" + plan.Kubernetes,
		annotation: "kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint: " + ip + ":6443",
		requests:   []string{"cpu: 250m"},
		command: []string{
			"--advertise-address=" + ip,
			"--allow-privileged=true",
			"--authorization-mode=Node,RBAC",
			"--client-ca-file=/etc/kubernetes/pki/ca.crt",
			"--enable-admission-plugins=NodeRestriction",
			"--enable-bootstrap-token-auth=true",
			"--etcd-cafile=/etc/kubernetes/pki/etcd/ca.crt",
			"--etcd-certfile=/etc/kubernetes/pki/apiserver-etcd-client.crt",
			"--etcd-keyfile=/etc/kubernetes/pki/apiserver-etcd-client.key",
			"--etcd-servers=https://127.0.0.1:2379",
			"--kubelet-client-certificate=/etc/kubernetes/pki/apiserver-kubelet-client.crt",
			"--kubelet-client-key=/etc/kubernetes/pki/apiserver-kubelet-client.key",
			"--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname",
			"--proxy-client-cert-file=/etc/kubernetes/pki/front-proxy-client.crt",
			"--proxy-client-key-file=/etc/kubernetes/pki/front-proxy-client.key",
			"--requestheader-allowed-names=front-proxy-client",
			"--requestheader-client-ca-file=/etc/kubernetes/pki/front-proxy-ca.crt",
			"--requestheader-extra-headers-prefix=X-Remote-Extra-",
			"--requestheader-group-headers=X-Remote-Group",
			"--requestheader-username-headers=X-Remote-User",
			"--secure-port=6443",
			"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
			"--service-account-key-file=/etc/kubernetes/pki/sa.pub",
			"--service-account-signing-key-file=/etc/kubernetes/pki/sa.key",
			"--service-cluster-ip-range=" + plan.ServiceCIDR.String(),
			"--tls-cert-file=/etc/kubernetes/pki/apiserver.crt",
			"--tls-private-key-file=/etc/kubernetes/pki/apiserver.key",
		},
	}
}

func controllerManagerPod(plan provision.Plan) staticPod {
	return staticPod{
		name: "kube-controller-manager", image: "registry.k8s.io/kube-controller-manager:" + plan.Kubernetes,
		requests: []string{"cpu: 200m"},
		command: []string{
			"--allocate-node-cidrs=true",
			"--authentication-kubeconfig=/etc/kubernetes/controller-manager.conf",
			"--authorization-kubeconfig=/etc/kubernetes/controller-manager.conf",
			"--bind-address=127.0.0.1",
			"--client-ca-file=/etc/kubernetes/pki/ca.crt",
			"--cluster-cidr=" + plan.PodCIDR.String(),
			"--cluster-name=kubernetes",
			"--cluster-signing-cert-file=/etc/kubernetes/pki/ca.crt",
			"--cluster-signing-key-file=/etc/kubernetes/pki/ca.key",
			"--controllers=*,bootstrapsigner,tokencleaner",
			"--kubeconfig=/etc/kubernetes/controller-manager.conf",
			"--leader-elect=true",
			"--requestheader-client-ca-file=/etc/kubernetes/pki/front-proxy-ca.crt",
			"--root-ca-file=/etc/kubernetes/pki/ca.crt",
			"--service-account-private-key-file=/etc/kubernetes/pki/sa.key",
			"--service-cluster-ip-range=" + plan.ServiceCIDR.String(),
			"--use-service-account-credentials=true",
		},
	}
}

func schedulerPod(plan provision.Plan) staticPod {
	return staticPod{
		name: "kube-scheduler", image: "registry.k8s.io/kube-scheduler:" + plan.Kubernetes,
		requests: []string{"cpu: 100m"},
		command: []string{
			"--authentication-kubeconfig=/etc/kubernetes/scheduler.conf",
			"--authorization-kubeconfig=/etc/kubernetes/scheduler.conf",
			"--bind-address=127.0.0.1",
			"--kubeconfig=/etc/kubernetes/scheduler.conf",
			"--leader-elect=true",
		},
	}
}
