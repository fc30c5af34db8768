package embedded

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/labctl-dev/labctl/internal/kube"
	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/provision/embedded/addons"
	"github.com/labctl-dev/labctl/provision/embedded/component"
	"github.com/labctl-dev/labctl/provision/embedded/pki"
	"github.com/labctl-dev/labctl/provision/embedded/supervisor"
)

// retry is the pause between attempts at what usually works within milliseconds.
const retry = 20 * time.Millisecond

func (c *climb) awaitAPIServer(ctx context.Context) error {
	if err := c.tracker.await(ctx, component.APIServer); err != nil {
		return err
	}
	admin, err := kube.Load(c.layout.Kubeconfig(pki.Admin))
	c.admin = admin
	return err
}

// applyObjects uses the identity above RBAC: the binding that gives the
// learner's identity its rights is one of the objects. Right after the start
// kube-system may not exist yet.
func (c *climb) applyObjects(ctx context.Context) error {
	objects, err := addons.Objects(c.record.Plan)
	if err != nil {
		return err
	}
	super, err := kube.Load(c.layout.Kubeconfig(pki.SuperAdmin))
	if err != nil {
		return err
	}
	return c.insist(ctx, func(ctx context.Context) error { return super.Apply(ctx, objects, addons.Manager) })
}

// insist repeats what may fail while the lab is still coming up, until it works
// or a component keeps crashing.
func (c *climb) insist(ctx context.Context, attempt func(context.Context) error) error {
	watched, cancel := c.tracker.watch(ctx)
	defer cancel()
	err := kube.Until(watched, retry, attempt)
	var known *reason.Error
	if err != nil && errors.As(context.Cause(watched), &known) {
		return known
	}
	return err
}

// prove asks what a learner would need next, and tells the supervisor.
func (c *climb) prove(ctx context.Context) error {
	group, grouped := errgroup.WithContext(ctx)
	for _, name := range []string{component.Etcd, component.ControllerManager, component.Scheduler, component.Gateway} {
		group.Go(func() error { return c.tracker.await(grouped, name) })
	}
	group.Go(func() error { return c.insist(grouped, c.defaultServiceAccount) })
	for _, node := range c.record.Plan.Nodes {
		group.Go(func() error {
			return c.insist(grouped, func(ctx context.Context) error { return c.reachKubelet(ctx, node.Name) })
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	client := supervisor.NewClient(c.layout.Socket(supervisorName))
	defer client.Close()
	return client.Proven(ctx)
}

// defaultServiceAccount is what every pod needs, made by the controller manager.
func (c *climb) defaultServiceAccount(ctx context.Context) error {
	_, err := c.admin.Typed.CoreV1().ServiceAccounts(metav1.NamespaceDefault).Get(ctx, "default", metav1.GetOptions{})
	if err != nil {
		return fmt.Errorf("default service account: %w", err)
	}
	return nil
}

// reachKubelet has the API server ask the kubelet through the gateway: the way
// logs and exec go.
func (c *climb) reachKubelet(ctx context.Context, node string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	_, err := c.admin.Typed.CoreV1().RESTClient().Get().Resource("nodes").Name(node).SubResource("proxy").Suffix("healthz").DoRaw(ctx)
	if err != nil {
		return fmt.Errorf("kubelet of %s through the API server: %w", node, err)
	}
	return nil
}
