package kube

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Identity returns what tells a cluster from every other, and from itself once
// its data was lost: the UID of the namespace kube-system.
func (c *Client) Identity(ctx context.Context) (string, error) {
	namespace, err := c.Typed.CoreV1().Namespaces().Get(ctx, metav1.NamespaceSystem, metav1.GetOptions{})
	if err != nil {
		return "", fmt.Errorf("reading the cluster's identity: %w", err)
	}
	return string(namespace.UID), nil
}
