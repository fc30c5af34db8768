package simruntime

import (
	"io/fs"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/labctl-dev/labctl/internal/simruntime/simnet"
)

// The simulated cost of what a container does, in nanoseconds of one core. The
// figures are those of a small server on a laptop, rounded; what matters is that
// usage follows the work really done.
const (
	costStart   = 30_000_000 // starting the main process
	costIdle    = 50_000     // a second of waiting: timers, the Go or C runtime
	costExec    = 3_000_000  // starting another process
	costConn    = 150_000    // accepting or opening a connection
	costByte    = 10         // a byte through a socket or a stream
	execMemory  = 512 << 10  // bytes of an executed process
	connMemory  = 1 << 10    // bytes kept for each connection ever made, up to the cap below
	connMemCap  = 4 << 20
	sampleEvery = time.Second // rates are over at least this long
)

// usage counts what a running container did.
type usage struct {
	since  time.Time
	output atomic.Uint64 // bytes written to standard streams
	execs  atomic.Uint64

	mu        sync.Mutex
	finished  simnet.Usage // of processes that ended
	lastAt    time.Time
	lastCPU   uint64
	nanoCores uint64
}

func newUsage(now time.Time) *usage { return &usage{since: now, lastAt: now, nanoCores: costIdle} }

func (u *usage) add(n simnet.Usage) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.finished.RxBytes += n.RxBytes
	u.finished.TxBytes += n.TxBytes
	u.finished.Conns += n.Conns
}

// network is all the traffic of the container so far.
func (t *task) network() simnet.Usage {
	n := t.net.Usage()
	t.usage.mu.Lock()
	defer t.usage.mu.Unlock()
	n.RxBytes += t.usage.finished.RxBytes
	n.TxBytes += t.usage.finished.TxBytes
	n.Conns += t.usage.finished.Conns
	return n
}

// cpu returns nanoseconds of one core used so far and the current rate in
// billionths of a core.
func (t *task) cpu(now time.Time) (used, rate uint64) {
	n := t.network()
	u := t.usage
	used = costStart + uint64(max(0, now.Sub(u.since).Seconds())*costIdle) +
		u.execs.Load()*costExec + n.Conns*costConn + (n.RxBytes+n.TxBytes+u.output.Load())*costByte
	u.mu.Lock()
	defer u.mu.Unlock()
	if passed := now.Sub(u.lastAt); passed >= sampleEvery {
		if used > u.lastCPU {
			u.nanoCores = uint64(float64(used-u.lastCPU) / passed.Seconds())
		}
		u.lastAt, u.lastCPU = now, used
	}
	return used, u.nanoCores
}

// memory is the working set in bytes.
func (t *task) memory() uint64 {
	extra := uint64(max(0, t.procs.count()-1)) * execMemory
	return t.image.MemoryBytes + extra + min(t.network().Conns*connMemory, connMemCap)
}

func (c *container) stats(now time.Time, dir string) *runtimeapi.ContainerStats {
	at := now.UnixNano()
	st := &runtimeapi.ContainerStats{
		Attributes: &runtimeapi.ContainerAttributes{
			Id: c.id, Metadata: c.config.GetMetadata(), Labels: c.config.GetLabels(), Annotations: c.config.GetAnnotations(),
		},
		WritableLayer: diskUsage(filepath.Join(dir, "upper"), at),
	}
	if c.task == nil {
		return st
	}
	used, rate := c.task.cpu(now)
	st.Cpu = &runtimeapi.CpuUsage{Timestamp: at, UsageCoreNanoSeconds: number(used), UsageNanoCores: number(rate)}
	st.Memory = memoryStats(at, c.task.memory(), c.config.GetLinux().GetResources().GetMemoryLimitInBytes())
	st.Swap = &runtimeapi.SwapUsage{Timestamp: at, SwapUsageBytes: number(0), SwapAvailableBytes: number(0)}
	return st
}

func memoryStats(at int64, used uint64, limit int64) *runtimeapi.MemoryUsage {
	m := &runtimeapi.MemoryUsage{
		Timestamp: at, WorkingSetBytes: number(used), UsageBytes: number(used), RssBytes: number(used - used/8),
		PageFaults: number(used / 4096), MajorPageFaults: number(0),
	}
	if limit > 0 {
		m.AvailableBytes = number(uint64(max(0, limit-int64(used)))) //nolint:gosec // bounded by the catalogue
	}
	return m
}

func number(v uint64) *runtimeapi.UInt64Value { return &runtimeapi.UInt64Value{Value: v} }

// diskUsage adds up the files below a directory; what cannot be read, or vanishes
// meanwhile, counts nothing.
func diskUsage(dir string, at int64) *runtimeapi.FilesystemUsage {
	var bytes, inodes uint64
	_ = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil //nolint:nilerr // see above
		}
		inodes++
		if info, err := entry.Info(); err == nil && entry.Type().IsRegular() {
			bytes += uint64(info.Size()) //nolint:gosec // sizes are not negative
		}
		return nil
	})
	return &runtimeapi.FilesystemUsage{
		Timestamp: at, FsId: &runtimeapi.FilesystemIdentifier{Mountpoint: dir},
		UsedBytes: number(bytes), InodesUsed: number(inodes),
	}
}
