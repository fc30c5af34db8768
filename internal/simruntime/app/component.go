package app

import (
	"context"
	"fmt"
	"io"
	"path"
	"syscall"

	"github.com/labctl-dev/labctl/internal/simruntime/process"
)

// componentLog stands for a control-plane component, which is a real process of
// the lab beside the nodes: it shows that process' log. Args[0] names it.
func componentLog(ctx context.Context, p *process.Process) int {
	name := path.Base(p.Args[0])
	log, err := p.Host.ComponentLog(name)
	if err != nil {
		_, _ = fmt.Fprintf(p.Stderr, "%s: reading the log of the lab's %s: %v\n", name, name, err) // nobody is left to tell
		return 1
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	copied := make(chan struct{})
	go func() {
		defer close(copied)
		_, _ = io.Copy(p.Stderr, log) // nobody is left to tell
	}()
	sig := waitEnd(ctx, p)
	closeErr := log.Close() // which also ends the copy
	<-copied
	switch {
	case sig == 0:
		return 128 + int(syscall.SIGKILL)
	case closeErr != nil:
		return 1
	}
	return 0
}
