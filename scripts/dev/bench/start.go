package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

const startups = 20

// startLabctl compares `labctl version` with `kubectl version --client` of the
// same build.
func (b bench) startLabctl(ctx context.Context) error {
	var ours, theirs []time.Duration
	for i := range startups + 1 {
		a, err := timed(ctx, b.labctl(), "version")
		if err != nil {
			return err
		}
		k, err := timed(ctx, b.plane(), "kubectl", "version", "--client")
		if err != nil {
			return err
		}
		if i > 0 { // the first one fills the page cache
			ours, theirs = append(ours, a), append(theirs, k)
		}
	}
	a, k := percentile(ours, 50), percentile(theirs, 50)
	row("labctl version / kubectl version --client", "%s / %s = %.2f  (bar 0.5)", millis(a), millis(k), a.Seconds()/k.Seconds())
	return nil
}

func timed(ctx context.Context, program string, args ...string) (time.Duration, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stderr = os.Stderr
	start := time.Now()
	err := cmd.Run()
	return time.Since(start), err
}

// startLab compares `labctl up`, from nothing to proven ready, with a bare etcd
// and kube-apiserver, from nothing to /readyz. They take turns, so that whatever
// else the computer does hits both.
func (b bench) startLab(ctx context.Context) error {
	var bare, up, again []time.Duration
	for i := range b.runs {
		d, err := b.bareStart(ctx)
		if err != nil {
			return err
		}
		bare = append(bare, d)
		lab := b.lab(i)
		if d, err = lab.timed(ctx, "up"); err != nil {
			return err
		}
		up = append(up, d)
		if d, err = lab.timed(ctx, "up"); err != nil {
			return err
		}
		again = append(again, d)
		if i == b.runs-1 {
			if err := lab.memory(ctx); err != nil {
				return err
			}
		}
		if _, err := lab.timed(ctx, "destroy", "--yes"); err != nil {
			return err
		}
	}
	u, a := percentile(up, 50), percentile(bare, 50)
	row("labctl up / bare etcd + kube-apiserver", "%s / %s = %.2f  (bar 2.0, aim 1.5)", seconds(u), seconds(a), u.Seconds()/a.Seconds())
	row("second labctl up", "%s", seconds(percentile(again, 50)))
	return nil
}

type lab struct {
	bench
	home string
}

func (b bench) lab(i int) lab {
	return lab{b, filepath.Join(b.work, "home"+string(rune('a'+i%26)))}
}

func (l lab) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, l.labctl(), args...)
	cmd.Env = append(os.Environ(), "LABCTL_HOME="+l.home, "LABCTL_LANG=en")
	cmd.Stderr = os.Stderr
	return cmd
}

func (l lab) timed(ctx context.Context, args ...string) (time.Duration, error) {
	cmd := l.command(ctx, args...)
	cmd.Stderr = nil
	start := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		_, _ = os.Stderr.Write(out)
	}
	return time.Since(start), err
}
