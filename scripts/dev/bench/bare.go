package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/labctl-dev/labctl/provision"
	"github.com/labctl-dev/labctl/provision/embedded/component"
	"github.com/labctl-dev/labctl/provision/embedded/pki"
)

// notBare are the API server's options that only a lab needs.
var notBare = []string{"--egress-selector-config-file", "--audit-"}

// bareStart starts etcd and kube-apiserver with the lab's own command lines,
// without what only a lab needs, and returns how long /readyz took. Keys are
// made beforehand: they are no part of the measurement.
func (b bench) bareStart(ctx context.Context) (time.Duration, error) {
	dir, err := os.MkdirTemp(b.work, "bare-")
	if err != nil {
		return 0, err
	}
	lab, err := b.bareLab(ctx, dir)
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	start := time.Now()
	var started []*exec.Cmd
	defer func() {
		cancel()
		for _, cmd := range slices.Backward(started) {
			_ = cmd.Wait()
		}
	}()
	var ready component.Health
	for _, c := range component.All(lab) {
		if c.Name != component.Etcd && c.Name != component.APIServer {
			continue
		}
		cmd := exec.CommandContext(ctx, c.Path, bareArgs(c.Args)...)
		if err := cmd.Start(); err != nil {
			return 0, err
		}
		started = append(started, cmd)
		ready = c.Health
	}
	err = untilReady(ctx, ready.URL)
	return time.Since(start), err
}

func bareArgs(args []string) []string {
	return slices.DeleteFunc(slices.Clone(args), func(arg string) bool {
		return slices.ContainsFunc(notBare, func(prefix string) bool { return strings.HasPrefix(arg, prefix) })
	})
}

func (b bench) bareLab(ctx context.Context, dir string) (component.Lab, error) {
	plan := provision.DefaultPlan()
	lab := component.Lab{
		Layout: component.Layout{Dir: dir, RunDir: dir, Plane: b.plane()}, Plan: plan, Ports: component.Ports{},
	}
	var held []net.Listener
	for _, purpose := range component.PortPurposes(plan) {
		var config net.ListenConfig
		l, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return lab, err
		}
		held = append(held, l)
		addr, ok := l.Addr().(*net.TCPAddr)
		if !ok {
			return lab, errors.New("a TCP listener without a TCP address")
		}
		lab.Ports[purpose] = addr.Port
	}
	for _, l := range held {
		_ = l.Close()
	}
	store := pki.Store{Dir: lab.Layout.PKI(), Now: time.Now}
	return lab, store.Ensure(pki.Specs(plan))
}

func untilReady(ctx context.Context, url string) error {
	client := &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // loopback, and only the time counts
	}}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(time.Minute)
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		if resp, err := client.Do(req); err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-tick.C:
		case <-deadline:
			return fmt.Errorf("%s did not answer within a minute", url)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
