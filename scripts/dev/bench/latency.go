package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

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
	page, err := pods.runPage(ctx)
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

// pods speaks to the API server about the pods of the namespace default.
type pods struct{ client *kube.Client }

func (l lab) pods(ctx context.Context) (pods, error) {
	path, err := l.command(ctx, "kubeconfig").Output()
	if err != nil {
		return pods{}, err
	}
	client, err := kube.Load(strings.TrimSpace(string(path)))
	return pods{client}, err
}

const (
	podsPath   = "/api/v1/namespaces/default/pods"
	mergePatch = "application/merge-patch+json"
)

// create makes a pod of the image nginx; with a scheduler that nobody is, it
// stays pending and no kubelet takes it.
func (p pods) create(ctx context.Context, name, scheduler string) error {
	pod, err := json.Marshal(map[string]any{
		"apiVersion": "v1", "kind": "Pod", "metadata": map[string]any{"name": name},
		"spec": map[string]any{"schedulerName": scheduler, "containers": []any{map[string]any{"name": "nginx", "image": "nginx"}}},
	})
	if err != nil {
		return err
	}
	_, err = p.client.Typed.CoreV1().RESTClient().Post().AbsPath(podsPath).SetHeader("Content-Type", "application/json").Body(pod).DoRaw(ctx)
	if err != nil {
		return fmt.Errorf("creating the pod %s: %w", name, err)
	}
	return nil
}

func (p pods) remove(ctx context.Context, name string) error {
	_, err := p.client.Typed.CoreV1().RESTClient().Delete().AbsPath(podsPath, name).Param("gracePeriodSeconds", "0").DoRaw(ctx)
	return err
}

// runPage starts a real nginx and returns its address, so that the lesson's reach
// check has something to fetch through the lab's network in every round.
func (p pods) runPage(ctx context.Context) (string, error) {
	if err := p.create(ctx, "page", "default-scheduler"); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, oneVerdict)
	defer cancel()
	var pod struct{ Status struct{ PodIP string } }
	err := kube.Until(ctx, pollEvery, func(ctx context.Context) error {
		data, err := p.client.Typed.CoreV1().RESTClient().Get().AbsPath(podsPath, "page").SetHeader("Accept", "application/json").DoRaw(ctx)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(data, &pod); err != nil {
			return err
		}
		if pod.Status.PodIP == "" {
			return errors.New("the page's pod has no address yet")
		}
		return nil
	})
	return pod.Status.PodIP, err
}

// verdicts measures every change while one `labctl check` watches.
func (l lab) verdicts(ctx context.Context, pods pods, ip string) (times []time.Duration, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p := &subject{pods: pods, ip: ip}
	if err := p.begin(ctx); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.remove(context.WithoutCancel(ctx), "nginx")) }()
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
		if err := pause(ctx, rand.N(quietest)); err != nil { //nolint:gosec // no secret
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
	pods
	ip    string
	ready bool
}

func (s *subject) begin(ctx context.Context) error {
	if err := s.create(ctx, "nginx", "nobody"); err != nil {
		return err
	}
	s.ready = true
	_, err := s.toggle(ctx)
	return err
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
	request := s.client.Typed.CoreV1().RESTClient().Patch(mergePatch).AbsPath(podsPath, "nginx", "status").Body(patch)
	if _, err := request.DoRaw(ctx); err != nil {
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
