// Package kube is labctl's one door to an API server: it reads a kubeconfig
// file, waits for the server and applies manifests. It must not decide what is
// applied or what an object means.
package kube

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/labctl-dev/labctl/internal/reason"
)

// Client is a connection to one API server.
type Client struct {
	Config  *rest.Config
	Typed   kubernetes.Interface
	Dynamic dynamic.Interface
}

// Load makes a Client of the current context of the kubeconfig file at path. It
// does not connect. A file that cannot be used is reason KUBECONFIG_BAD.
func Load(path string) (*Client, error) {
	config, err := clientcmd.BuildConfigFromFlags("", path)
	if err != nil {
		detail := err.Error()
		if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
			detail = pathErr.Err.Error() // the path stands in the message already
		}
		return nil, reason.New(reason.KubeconfigBad, err, "path", path, "detail", detail)
	}
	config.QPS = -1 // the server's own fairness is enough for one person
	config.UserAgent = "labctl"
	client, err := New(config)
	if err != nil {
		return nil, reason.New(reason.KubeconfigBad, err, "path", path, "detail", err.Error())
	}
	return client, nil
}

// New makes a Client of config; all its parts share one connection.
func New(config *rest.Config) (*Client, error) {
	transport, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, fmt.Errorf("making HTTP client: %w", err)
	}
	typed, err := kubernetes.NewForConfigAndClient(config, transport)
	if err != nil {
		return nil, fmt.Errorf("making typed client: %w", err)
	}
	untyped, err := dynamic.NewForConfigAndClient(config, transport)
	if err != nil {
		return nil, fmt.Errorf("making dynamic client: %w", err)
	}
	return &Client{Config: config, Typed: typed, Dynamic: untyped}, nil
}

// Ready asks the server's /readyz once.
func (c *Client) Ready(ctx context.Context) error {
	_, err := c.Typed.Discovery().RESTClient().Get().AbsPath("/readyz").DoRaw(ctx)
	if err != nil {
		return fmt.Errorf("asking the API server whether it is ready: %w", err)
	}
	return nil
}

// WaitReady asks every interval until the server is ready; when ctx ends first
// it returns the last refusal.
func (c *Client) WaitReady(ctx context.Context, interval time.Duration) error {
	return Until(ctx, interval, c.Ready)
}

// Until calls attempt at once and then every interval until it succeeds; when
// ctx ends first it returns the last failure that was not ctx's own.
func Until(ctx context.Context, interval time.Duration, attempt func(context.Context) error) error {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	var last error
	for {
		err := attempt(ctx)
		if err == nil {
			return nil
		}
		if last == nil || ctx.Err() == nil {
			last = err
		}
		select {
		case <-ctx.Done():
			return errors.Join(last, ctx.Err())
		case <-ticker.C:
		}
	}
}
