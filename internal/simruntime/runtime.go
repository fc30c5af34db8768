// Package simruntime owns the container runtime of a simulated node: pod
// sandboxes, containers, images, logs and streams as the kubelet asks for them
// through the CRI, with programs that run inside this process. It must not know
// Kubernetes objects, nor decide what the kubelet decides (restarts, back-off,
// probes), and it never touches a path of the computer outside Config.Root,
// Config.HostRoot and the log directories the kubelet names.
package simruntime

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"sync"

	cri "k8s.io/cri-api/pkg/apis"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/labctl-dev/labctl/internal/simruntime/images"
	"github.com/labctl-dev/labctl/internal/simruntime/process"
	"github.com/labctl-dev/labctl/internal/simruntime/simnet"
)

const (
	// RuntimeName is what Version reports. The course's nodes run containerd, and
	// tools tell runtimes apart by this name.
	RuntimeName = "containerd"
	// RuntimeVersion names the containerd release whose CRI behaviour is followed;
	// the suffix marks the runtime as simulated wherever a node is shown.
	RuntimeVersion = "2.1.5-labctl"
	// ProbeCommand is the reserved argv[0] that runs Config.Probe instead of a
	// program of the image.
	ProbeCommand = "/.labctl/probe"
)

var (
	_ cri.RuntimeService      = (*Runtime)(nil)
	_ cri.ImageManagerService = (*Runtime)(nil)
)

// Logger takes the maintainers' log; a hclog.Logger is one. args are key-value
// pairs.
type Logger interface {
	Debug(msg string, args ...any)
	Warn(msg string, args ...any)
}

// Config is what a runtime needs. Root, Catalogue and Network are required.
type Config struct {
	NodeName string
	NodeIP   netip.Addr // address of host-network pods
	// Root is a directory of the computer that belongs to the runtime alone; it
	// is created when missing. What lies in it survives a restart.
	Root string
	// HostRoot is the directory containers know as the node's "/". Mounts of paths
	// below it are taken as they are, every other host path is looked for inside
	// it. Empty means a directory of Root.
	HostRoot  string
	Catalogue *images.Catalogue
	Network   *simnet.Network
	// Kubernetes is the version of the node's kubelet, shown in verbose status.
	Kubernetes string
	// ComponentLog opens the log of a control-plane process; nil means that there
	// is none.
	ComponentLog func(name string) (io.ReadCloser, error)
	// Probe runs for ProbeCommand with the network of the container's pod.
	Probe process.Program
	// Preload lists references of images that are on the node from the start and
	// are never garbage collected.
	Preload []string
	Logger  Logger // nil discards
}

// Runtime is the container runtime of one node. It is safe for concurrent use.
type Runtime struct {
	cfg    Config
	log    Logger
	store  store
	images *imageStore
	events *broadcaster
	stream *streamServer
	tasks  sync.WaitGroup

	mu         sync.Mutex
	closed     bool
	sandboxes  map[string]*sandbox
	containers map[string]*container
}

// New opens the runtime on cfg.Root and loads what an earlier one left there:
// sandboxes come back not ready, containers exited, as after a reboot. Damaged
// records are moved to a directory beside the good ones.
func New(cfg Config) (*Runtime, error) {
	if cfg.Catalogue == nil {
		return nil, errors.New("container runtime: no image catalogue")
	}
	return open(cfg, func(ref string) (*image, error) {
		found, err := cfg.Catalogue.Lookup(ref)
		if err != nil {
			return nil, err
		}
		return fromCatalogue(found), nil
	})
}

func open(cfg Config, lookup lookupFunc) (*Runtime, error) {
	if cfg.Root == "" || cfg.Network == nil {
		return nil, errors.New("container runtime: Root and Network are required")
	}
	if err := cfg.complete(); err != nil {
		return nil, fmt.Errorf("container runtime: %w", err)
	}
	r := &Runtime{
		cfg: cfg, log: cfg.Logger, store: store{root: cfg.Root, log: cfg.Logger}, events: newBroadcaster(),
		sandboxes: map[string]*sandbox{}, containers: map[string]*container{},
	}
	if err := os.MkdirAll(cfg.HostRoot, 0o700); err != nil {
		return nil, fmt.Errorf("container runtime: %w", err)
	}
	if err := r.store.prepare(); err != nil {
		return nil, fmt.Errorf("container runtime: %w", err)
	}
	var err error
	if r.images, err = openImages(r.store, lookup, cfg.Preload); err != nil {
		return nil, fmt.Errorf("container runtime: %w", err)
	}
	if err := r.load(); err != nil {
		return nil, fmt.Errorf("container runtime: %w", err)
	}
	if r.stream, err = startStreams(r); err != nil {
		return nil, fmt.Errorf("container runtime: streaming server: %w", err)
	}
	return r, nil
}

// complete fills in what may be left out. Paths become absolute, because they are
// compared with those the kubelet names.
func (c *Config) complete() error {
	if c.HostRoot == "" {
		c.HostRoot = filepath.Join(c.Root, "node")
	}
	if c.Logger == nil {
		c.Logger = discard{}
	}
	for _, path := range []*string{&c.Root, &c.HostRoot} {
		absolute, err := filepath.Abs(*path)
		if err != nil {
			return err
		}
		*path = absolute
	}
	return nil
}

// Close kills every container, waits for their programs, and stops the streaming
// server. Records stay: the next New finds them. Closing twice does nothing.
func (r *Runtime) Close(ctx context.Context) error {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return nil
	}
	r.closed = true
	for _, c := range r.containers {
		if c.task != nil {
			c.task.kill()
		}
	}
	r.mu.Unlock()
	r.events.close()
	err := r.stream.close()
	ended := make(chan struct{})
	go func() { r.tasks.Wait(); close(ended) }()
	select {
	case <-ended:
		return err
	case <-ctx.Done():
		return errors.Join(err, ctx.Err())
	}
}

// Version reports the runtime's name and version.
func (r *Runtime) Version(context.Context, string) (*runtimeapi.VersionResponse, error) {
	return &runtimeapi.VersionResponse{
		Version:           "0.1.0", // of the kubelet's runtime API, fixed since its first day
		RuntimeName:       RuntimeName,
		RuntimeVersion:    RuntimeVersion,
		RuntimeApiVersion: "v1",
	}, nil
}

type discard struct{}

func (discard) Debug(string, ...any) {}
func (discard) Warn(string, ...any)  {}
