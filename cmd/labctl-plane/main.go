// Command labctl-plane is every process of labctl's embedded lab in one program.
package main

import (
	"context"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/labctl-dev/labctl/internal/plane"
)

func main() {
	if how := os.Getenv("LABCTL_LIFELINE"); how == plane.Tied || how == plane.Held {
		plane.Lifeline(os.Stdin, how == plane.Held, os.Exit)
	}
	ctx := context.Background()
	if len(os.Args) > 1 && slices.Contains([]string{"supervise", "node", "gateway"}, os.Args[1]) {
		var stop context.CancelFunc
		ctx, stop = signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
		defer stop()
	}
	os.Exit(plane.Main(ctx, os.Args, os.Stderr))
}
