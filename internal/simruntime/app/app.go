// Package app owns the long-running programs of simulated containers: servers,
// Kubernetes' own components as far as a container stands for them, and pause.
// A program sees only its process.Process; what it prints about work it does
// not really do it marks as simulated.
package app

import (
	"context"
	"syscall"

	"github.com/labctl-dev/labctl/internal/simruntime/app/nginx"
	"github.com/labctl-dev/labctl/internal/simruntime/process"
)

// All returns every program by the name catalogue.yaml uses.
func All() map[string]process.Program {
	programs := map[string]process.Program{
		"nginx":         nginx.Program(),
		"pause":         pause,
		"component-log": componentLog,
	}
	for _, d := range daemons() {
		programs[d.name] = d.run
	}
	return programs
}

// pause waits, as the program that holds a pod's sandbox: it ends well on
// SIGINT and SIGTERM (kubernetes/build/pause/linux/pause.c).
func pause(ctx context.Context, p *process.Process) int {
	if waitEnd(ctx, p) == 0 {
		return 128 + int(syscall.SIGKILL)
	}
	return 0
}

// waitEnd waits for SIGTERM or SIGINT and returns it, 0 when ctx ended instead.
func waitEnd(ctx context.Context, p *process.Process) syscall.Signal {
	signals := p.Signals
	for {
		select {
		case <-ctx.Done():
			return 0
		case sig, ok := <-signals:
			if !ok {
				signals = nil
				continue
			}
			if sig == syscall.SIGTERM || sig == syscall.SIGINT {
				return sig
			}
		}
	}
}
