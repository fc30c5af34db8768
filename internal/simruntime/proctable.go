package simruntime

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"sort"
	"sync"
	"syscall"
	"time"

	"github.com/labctl-dev/labctl/internal/simruntime/process"
)

// signalQueue is how many signals wait for a program that does not look at
// them; later ones are dropped, as pending signals merge on Linux.
const signalQueue = 16

// processTable holds the processes of one container: 1 is its main process, the
// others were executed into it. It implements process.Host.
type processTable struct {
	componentLog func(name string) (io.ReadCloser, error)

	mu    sync.Mutex
	last  int
	procs map[int]*proc
}

type proc struct {
	info    process.ProcInfo
	signals chan syscall.Signal
	cancel  context.CancelFunc
}

func newProcessTable(logs func(name string) (io.ReadCloser, error)) *processTable {
	return &processTable{componentLog: logs, procs: map[int]*proc{}}
}

// start enters a process; the context it returns ends when the process is
// killed. The caller calls leave when the program has returned.
func (t *processTable) start(ctx context.Context, args []string) (*proc, context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last++
	p := &proc{
		info:    process.ProcInfo{PID: t.last, Started: time.Now(), Args: args},
		signals: make(chan syscall.Signal, signalQueue),
		cancel:  cancel,
	}
	t.procs[p.info.PID] = p
	return p, ctx
}

func (t *processTable) leave(p *proc) {
	p.cancel()
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.procs, p.info.PID)
}

// killAll kills every process: what Linux does when a PID namespace's first
// process ends.
func (t *processTable) killAll() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, p := range t.procs {
		p.cancel()
	}
}

func (t *processTable) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.procs)
}

// Processes lists the processes by number.
func (t *processTable) Processes() []process.ProcInfo {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := make([]process.ProcInfo, 0, len(t.procs))
	for _, p := range t.procs {
		all = append(all, p.info)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].PID < all[j].PID })
	return all
}

// Signal delivers a signal from inside the container. As on Linux, signal 0
// only asks whether the process is there, and SIGKILL from inside does nothing
// to process 1; see pid_namespaces(7).
func (t *processTable) Signal(pid int, sig syscall.Signal) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	p, ok := t.procs[pid]
	switch {
	case !ok:
		return syscall.ESRCH
	case sig == 0 || sig == syscall.SIGKILL && pid == 1:
		return nil
	case sig == syscall.SIGKILL:
		p.cancel()
		return nil
	}
	select {
	case p.signals <- sig:
	default:
	}
	return nil
}

// ComponentLog opens the log of a control-plane process.
func (t *processTable) ComponentLog(name string) (io.ReadCloser, error) {
	if t.componentLog == nil {
		return nil, fmt.Errorf("log of component %q: %w", name, fs.ErrNotExist)
	}
	return t.componentLog(name)
}
