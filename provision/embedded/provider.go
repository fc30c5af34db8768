// Package embedded owns the lab that runs on this computer without any virtual
// machine: processes of labctl-plane below one supervisor. Up is the visible
// list of steps in steps.go. It must not contain what the nodes and the gateway
// do: those are programs of their own.
package embedded

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/labctl-dev/labctl/internal/event"
	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/provision"
	"github.com/labctl-dev/labctl/provision/embedded/component"
	"github.com/labctl-dev/labctl/provision/embedded/labfile"
	"github.com/labctl-dev/labctl/provision/embedded/pki"
	"github.com/labctl-dev/labctl/provision/embedded/supervisor"
)

// Name is the provider's name in lab.json and on the command line.
const Name = "embedded"

// DefaultTimeout bounds one Up. A slow laptop needs half a minute.
const DefaultTimeout = 3 * time.Minute

// Logger takes what maintainers want to know, as message and key-value pairs.
// hclog.Logger and slog.Logger both are one; it must not write to the terminal.
type Logger interface {
	Debug(msg string, args ...any)
	Info(msg string, args ...any)
	Warn(msg string, args ...any)
}

// Options configure a Provider.
type Options struct {
	Plane             string        // absolute path of the program labctl-plane
	SupervisorCommand []string      // program, absolute, and arguments; the lab's directory is added as the last one
	Environ           []string      // environment of the supervisor and all components; proxy variables are left out
	NewPorts          bool          // choose other ports if the lab's own are taken
	Timeout           time.Duration // of one Up; 0 is DefaultTimeout
	Log               Logger        // nil drops everything
}

// Provider is provision.Provider for embedded labs.
type Provider struct {
	options Options
	log     Logger
}

// New returns a Provider.
func New(options Options) *Provider {
	if options.Timeout == 0 {
		options.Timeout = DefaultTimeout
	}
	p := &Provider{options: options, log: options.Log}
	if p.log == nil {
		p.log = silent{}
	}
	return p
}

type silent struct{}

func (silent) Debug(string, ...any) {}
func (silent) Info(string, ...any)  {}
func (silent) Warn(string, ...any)  {}

// Name is the provider's name.
func (p *Provider) Name() string { return Name }

// Abilities lists what embedded labs can do.
func (p *Provider) Abilities() []provision.Ability {
	return []provision.Ability{provision.Cluster, provision.PodNetwork}
}

// Up makes the lab exist and run. An existing lab keeps the plan it was made
// with. What was interrupted goes on where it stopped.
func (p *Provider) Up(ctx context.Context, lab provision.Lab, plan provision.Plan, sink event.Sink) (err error) {
	if _, err := os.Stat(p.options.Plane); err != nil {
		return reason.New(reason.PlaneMissing, err, "path", p.options.Plane)
	}
	lock, err := labfile.Lock(lab)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	return p.climb(ctx, lab, plan, sink)
}

// Status reports the lab from its record and its supervisor.
func (p *Provider) Status(ctx context.Context, lab provision.Lab) (provision.Status, error) {
	status := provision.Status{Lab: lab.Name, Provider: Name, State: provision.Absent}
	record, err := labfile.Load(lab)
	if isReason(err, reason.LabAbsent) {
		return status, nil
	}
	if err != nil {
		return status, err
	}
	status.Plan, status.Provider, status.State = record.Plan, record.Provider, provision.Stopped
	answer, err := ask(ctx, layoutOf(lab, record, p.options.Plane))
	if err != nil {
		return status, ctx.Err()
	}
	own := provision.ComponentStatus{
		Name: supervisorName, State: supervisor.Running, Healthy: true, PID: answer.PID, Since: answer.Started.UTC(),
	}
	status.Components, status.State = append([]provision.ComponentStatus{own}, answer.Components...), stateOf(answer)
	return status, nil
}

// stateOf condenses the supervisor's answer.
func stateOf(answer supervisor.Status) provision.LabState {
	healthy := true
	for _, c := range answer.Components {
		healthy = healthy && c.Healthy
	}
	switch {
	case answer.Stopping:
		return provision.Degraded
	case !answer.Proven:
		return provision.Starting
	case !healthy:
		return provision.Degraded
	default:
		return provision.Ready
	}
}

// askTimeout bounds a question to the supervisor, which answers from memory.
const askTimeout = 2 * time.Second

func ask(ctx context.Context, layout component.Layout) (supervisor.Status, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	client := supervisor.NewClient(layout.Socket(supervisorName))
	defer client.Close()
	return client.Status(ctx)
}

// Access returns how to reach the running lab.
func (p *Provider) Access(ctx context.Context, lab provision.Lab) (provision.Access, error) {
	record, err := labfile.Load(lab)
	if err != nil {
		return provision.Access{}, err
	}
	layout := layoutOf(lab, record, p.options.Plane)
	answer, err := ask(ctx, layout)
	if err != nil || answer.Stopping {
		return provision.Access{}, errors.Join(ctx.Err(), reason.New(reason.LabNotRunning, err, "lab", lab.Name))
	}
	password, err := os.ReadFile(layout.Config(component.ProxySecretFile))
	if errors.Is(err, fs.ErrNotExist) {
		return provision.Access{}, reason.New(reason.LabNotRunning, err, "lab", lab.Name)
	}
	if err != nil {
		return provision.Access{}, reason.New(reason.LabUnreadable, err, "lab", lab.Name, "path", layout.Config(component.ProxySecretFile), "detail", err.Error())
	}
	return provision.Access{
		Kubeconfig: layout.Kubeconfig(pki.Admin),
		CacheDir:   filepath.Join(lab.Dir, "kubectl-cache"),
		ProxyURL:   proxyURL(string(password), component.Ports(record.Ports).Addr(component.ProxyPort)),
	}, nil
}

func isReason(err error, id reason.ID) bool {
	var known *reason.Error
	return errors.As(err, &known) && known.Reason.ID == id
}
