package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"github.com/labctl-dev/labctl/internal/kube"
)

const (
	changes    = 200                   // each is one sample
	oneVerdict = 30 * time.Second      // a verdict that takes longer is an error
	quietest   = 50 * time.Millisecond // between two changes, at most
	pollEvery  = 50 * time.Millisecond
)

// latency measures how long after the API server has acknowledged a change the
// running `labctl check 2.1 --watch --json` has written the new verdict.
//
// What changes is the Ready condition in the status of a pod that no scheduler
// takes, so no kubelet has a part in it: the time is that of the API server's
// watch, labctl's informers, its pause for more changes and its checks.
func (b bench) latency(ctx context.Context) (err error) {
	lab := lab{b, b.work + "/latency"}
	if _, err := lab.timed(ctx, "up"); err != nil {
		return err
	}
	defer func() {
		_, destroyErr := lab.timed(context.WithoutCancel(ctx), "destroy", "--yes")
		err = errors.Join(err, destroyErr)
	}()
	pods, err := lab.pods(ctx)
	if err != nil {
		return err
	}
	page, err := runPage(ctx, pods)
	if err != nil {
		return err
	}
	for _, c := range []struct{ name, ip string }{
		{"change to verdict", ""},
		{"change to verdict, and a page is fetched", page},
	} {
		times, err := lab.verdicts(ctx, pods, c.ip)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		row(c.name+" p50/p99", "%s / %s  (bar p99 50 ms)  %d changes of a pod's status, API server's answer to JSON line; no kubelet involved",
			millis(percentile(times, 50)), millis(percentile(times, 99)), len(times))
	}
	return nil
}

func (l lab) pods(ctx context.Context) (dynamic.ResourceInterface, error) {
	path, err := l.command(ctx, "kubeconfig").Output()
	if err != nil {
		return nil, err
	}
	client, err := kube.Load(strings.TrimSpace(string(path)))
	if err != nil {
		return nil, err
	}
	return client.Dynamic.Resource(schema.GroupVersionResource{Version: "v1", Resource: "pods"}).Namespace("default"), nil
}

// runPage starts a real nginx and returns its address, so that the lesson's reach
// check has something to fetch through the lab's network in every round.
func runPage(ctx context.Context, pods dynamic.ResourceInterface) (string, error) {
	if _, err := pods.Create(ctx, nginx("page", ""), metav1.CreateOptions{}); err != nil {
		return "", fmt.Errorf("creating the page's pod: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, oneVerdict)
	defer cancel()
	var ip string
	err := kube.Until(ctx, pollEvery, func(ctx context.Context) error {
		pod, err := pods.Get(ctx, "page", metav1.GetOptions{})
		if err != nil {
			return err
		}
		if ip, _, _ = unstructured.NestedString(pod.Object, "status", "podIP"); ip == "" {
			return errors.New("the page's pod has no address yet")
		}
		return nil
	})
	return ip, err
}

func nginx(name, scheduler string) *unstructured.Unstructured {
	spec := map[string]any{"containers": []any{map[string]any{"name": "nginx", "image": "nginx"}}}
	if scheduler != "" {
		spec["schedulerName"] = scheduler
	}
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Pod", "metadata": map[string]any{"name": name}, "spec": spec,
	}}
}

// verdicts measures every change while one `labctl check` watches.
func (l lab) verdicts(ctx context.Context, pods dynamic.ResourceInterface, ip string) (times []time.Duration, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p := &subject{pods: pods, ip: ip}
	if err := p.create(ctx); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.remove(context.WithoutCancel(ctx))) }()
	watcher, stop, err := l.watch(ctx)
	if err != nil {
		return nil, err
	}
	defer stop()
	if _, err := watcher.until(ctx, p.state()); err != nil { // the first picture
		return nil, err
	}
	for range changes {
		// Without it every change would meet the watcher in the same phase.
		if err := pause(ctx, rand.N(quietest)); err != nil {
			return nil, err
		}
		acknowledged, err := p.toggle(ctx)
		if err != nil {
			return nil, err
		}
		at, err := watcher.until(ctx, p.state())
		if err != nil {
			return nil, err
		}
		times = append(times, max(0, at.Sub(acknowledged)))
	}
	return times, nil
}

// subject is the pod that changes.
type subject struct {
	pods  dynamic.ResourceInterface
	ip    string
	ready bool
}

func (s *subject) create(ctx context.Context) error {
	if _, err := s.pods.Create(ctx, nginx("nginx", "nobody"), metav1.CreateOptions{}); err != nil {
		return fmt.Errorf("creating the pod: %w", err)
	}
	s.ready = true
	_, err := s.toggle(ctx)
	return err
}

func (s *subject) remove(ctx context.Context) error {
	now := int64(0)
	return s.pods.Delete(ctx, "nginx", metav1.DeleteOptions{GracePeriodSeconds: &now})
}

// toggle changes whether the pod is ready and returns when the API server
// acknowledged it.
func (s *subject) toggle(ctx context.Context) (time.Time, error) {
	status := "True"
	if s.ready {
		status = "False"
	}
	fields := map[string]any{"conditions": []any{map[string]any{"type": "Ready", "status": status}}}
	if s.ip != "" {
		fields["podIP"] = s.ip
		fields["podIPs"] = []any{map[string]any{"ip": s.ip}}
	}
	patch, err := json.Marshal(map[string]any{"status": fields})
	if err != nil {
		return time.Time{}, err
	}
	if _, err := s.pods.Patch(ctx, "nginx", types.MergePatchType, patch, metav1.PatchOptions{}, "status"); err != nil {
		return time.Time{}, fmt.Errorf("changing the pod: %w", err)
	}
	at := time.Now()
	s.ready = !s.ready
	return at, nil
}

// state is the verdict the pod deserves.
func (s *subject) state() string {
	if s.ready {
		return "pass"
	}
	return "fail"
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
