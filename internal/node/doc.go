// Package node owns one node of the embedded lab: the real kubelet of
// k8s.io/kubernetes, assembled over labctl's in-process container runtime and
// kept away from the computer it runs on (no mounts, no host paths, no host
// logs, no privileges). It must not simulate anything the kubelet does itself:
// what is simulated lives in internal/simruntime.
package node
