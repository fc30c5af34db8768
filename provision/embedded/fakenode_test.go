package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/labctl-dev/labctl/internal/kube"
	"github.com/labctl-dev/labctl/provision/embedded/planeconf"
)

// fakeNode registers a node as a kubelet does and answers its two health checks.
func fakeNode(ctx context.Context, path string) error {
	var config planeconf.Node
	if err := planeconf.Load(path, &config); err != nil {
		return err
	}
	fmt.Println("node", config.Name)
	ok := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") })
	door, err := listenUnix(config.Door)
	if err != nil {
		return err
	}
	kubelet, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", config.KubeletPort))
	if err != nil {
		return err
	}
	ended := make(chan error, 2)
	go func() { ended <- http.Serve(door, ok) }()
	go func() { ended <- http.ServeTLS(kubelet, ok, config.ServingCert, config.ServingKey) }()
	if err := register(ctx, config); err != nil {
		return err
	}
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		return nil
	}
}

func register(ctx context.Context, config planeconf.Node) error {
	client, err := kube.Load(config.Kubeconfig)
	if err != nil {
		return err
	}
	nodes := client.Typed.CoreV1().Nodes()
	node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: config.Name, Labels: map[string]string{corev1.LabelHostname: config.Name}}}
	created, err := nodes.Create(ctx, node, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		created, err = nodes.Get(ctx, config.Name, metav1.GetOptions{})
	}
	if err != nil {
		return err
	}
	created.Status.Addresses = []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: config.IP.String()}}
	created.Status.DaemonEndpoints.KubeletEndpoint.Port = planeconf.KubeletPort
	created.Status.Conditions = []corev1.NodeCondition{{
		Type: corev1.NodeReady, Status: corev1.ConditionTrue, Reason: "Fake", LastHeartbeatTime: metav1.Now(), LastTransitionTime: metav1.Now(),
	}}
	return kube.Until(ctx, retry, func(ctx context.Context) error {
		_, err := nodes.UpdateStatus(ctx, created, metav1.UpdateOptions{})
		if apierrors.IsConflict(err) {
			if fresh, getErr := nodes.Get(ctx, config.Name, metav1.GetOptions{}); getErr == nil {
				created.ResourceVersion = fresh.ResourceVersion
			}
		}
		return err
	})
}

// fakeGateway leads CONNECT <node-ip>:10250 to the node's port on loopback.
func fakeGateway(ctx context.Context, path string) error {
	var config planeconf.Gateway
	if err := planeconf.Load(path, &config); err != nil {
		return err
	}
	socket, err := listenUnix(config.Socket)
	if err != nil {
		return err
	}
	targets := map[string]string{}
	for _, node := range config.Nodes {
		targets[fmt.Sprintf("%s:%d", node.IP, planeconf.KubeletPort)] = fmt.Sprintf("127.0.0.1:%d", node.KubeletPort)
	}
	ended := make(chan error, 1)
	go func() { ended <- http.Serve(socket, connect(targets)) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		return nil
	}
}

func connect(targets map[string]string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect {
			_, _ = io.WriteString(w, "ok")
			return
		}
		target, err := net.Dial("tcp", targets[r.Host])
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { _, _ = io.Copy(target, conn); _ = target.Close() }()
		go func() { _, _ = io.Copy(conn, target); _ = conn.Close() }()
	})
}

func listenUnix(path string) (net.Listener, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	return net.Listen("unix", path)
}
