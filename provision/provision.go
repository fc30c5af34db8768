// Package provision owns the contract by which a lab comes to exist: the plan
// of its nodes and the Provider that makes them real. One folder below it is one
// provider; providertest is the suite each of them passes. It must not know
// lessons, terminals or flags.
package provision

import (
	"context"
	"io"
	"net/netip"
	"time"

	"github.com/labctl-dev/labctl/internal/event"
)

// Lab names one lab on this computer.
type Lab struct {
	Name string // 1 to 32 of a-z, 0-9 and '-'
	Dir  string // the lab's own state directory, mode 0700; may not exist yet
}

// Role is what a node is for.
type Role string

// The roles.
const (
	ControlPlane Role = "control-plane"
	Worker       Role = "worker"
)

// Node is one planned machine.
type Node struct {
	Name string     `json:"name"`
	Role Role       `json:"role"`
	IP   netip.Addr `json:"ip"`
}

// Plan is everything a provider needs to know about the lab to build. It is
// data: making it reads nothing and changes nothing.
type Plan struct {
	Nodes       []Node       `json:"nodes"`       // the first one is the control plane
	PodCIDR     netip.Prefix `json:"podCIDR"`     // split into one /24 a node
	ServiceCIDR netip.Prefix `json:"serviceCIDR"` // its 10th address is the cluster DNS
	Kubernetes  string       `json:"kubernetes"`  // "v1.37.2"
}

// Ability is something a lab can do that not every lab can.
type Ability string

// The abilities a lesson step may ask for.
const (
	Cluster    Ability = "cluster"     // an API server with nodes that run pods
	PodNetwork Ability = "pod-network" // pods answer on their addresses through Access.Proxy
	NodeShell  Ability = "node-shell"  // a shell inside a node
	Faults     Ability = "faults"      // parts can be broken and healed on purpose
	RealKernel Ability = "real-kernel" // containers are real processes of a Linux kernel
)

// LabState is the condition of a whole lab.
type LabState string

// The conditions of a lab.
const (
	Absent   LabState = "absent"   // never made, or destroyed
	Stopped  LabState = "stopped"  // made; nothing runs
	Starting LabState = "starting" // on the way up
	Ready    LabState = "ready"    // proven ready
	Degraded LabState = "degraded" // runs, but a part does not
)

// ComponentStatus is one process or machine of a lab.
type ComponentStatus struct {
	Name     string    `json:"name"`
	State    string    `json:"state"` // waiting, starting, running, backoff, stopped, failed
	Healthy  bool      `json:"healthy"`
	PID      int       `json:"pid,omitempty"`
	Restarts int       `json:"restarts"`
	Since    time.Time `json:"since,omitzero"`
	Detail   string    `json:"detail,omitempty"` // the last reason it is not healthy
}

// Status is what a provider knows about a lab without asking its API server.
type Status struct {
	Lab        string            `json:"lab"`
	Provider   string            `json:"provider"`
	State      LabState          `json:"state"`
	Components []ComponentStatus `json:"components"`
	Plan       Plan              `json:"plan"`
}

// Access is how programs reach a running lab.
type Access struct {
	Kubeconfig string // path of a kubeconfig file with cluster-admin rights, mode 0600
	CacheDir   string // where kubectl may keep what it learns of the API, so that it goes with the lab; "" for kubectl's own place
	ProxyURL   string // HTTP proxy on loopback into the pod network, with its password; "" where the host reaches pods itself
}

// Provider makes labs of one kind. Every method may be called at any time, in
// any order, from several processes at once; a second caller that would change
// the same lab gets reason LAB_BUSY. All are idempotent: Up on a ready lab
// changes nothing, Up after an interruption goes on where it stopped, Down and
// Destroy of an absent lab succeed. A cancelled ctx ends each within 10 s and
// leaves a state from which every method works.
type Provider interface {
	// Name is the provider's name in lab.json and on the command line.
	Name() string
	// Abilities lists what its labs can do.
	Abilities() []Ability
	// Up makes the lab exist and run; it returns once the lab is proven ready.
	Up(ctx context.Context, lab Lab, plan Plan, sink event.Sink) error
	// Down stops the lab and keeps its data.
	Down(ctx context.Context, lab Lab, sink event.Sink) error
	// Destroy stops the lab and removes all it ever made.
	Destroy(ctx context.Context, lab Lab, sink event.Sink) error
	// Status reports the lab; an absent lab is no error.
	Status(ctx context.Context, lab Lab) (Status, error)
}

// Accessor is implemented by providers whose running labs can be reached.
type Accessor interface {
	// Access returns how to reach the lab, or reason LAB_NOT_RUNNING or LAB_ABSENT.
	Access(ctx context.Context, lab Lab) (Access, error)
}

// LogReader is implemented by providers that keep logs of components.
type LogReader interface {
	// Logs copies the log of a component to w; with follow it goes on until ctx ends.
	Logs(ctx context.Context, lab Lab, component string, follow bool, w io.Writer) error
}
