// Package component owns the command lines of an embedded lab's processes: pure
// functions from a plan, ports and paths to what is to run. It must not start,
// write or look up anything.
package component

// Component is one process of a lab, as the supervisor runs it.
type Component struct {
	Name      string   `json:"name"`
	Path      string   `json:"path"` // the program, absolute
	Args      []string `json:"args"`
	Env       []string `json:"env,omitempty"` // added to the supervisor's own
	Health    Health   `json:"health"`
	DependsOn []string `json:"dependsOn,omitempty"` // components that must be healthy before it starts
	StopAfter []string `json:"stopAfter,omitempty"` // components that must have ended before it is stopped
	Hold      bool     `json:"hold,omitempty"`      // start it at once and let it go, by a byte on its lifeline, when DependsOn are healthy
	Node      bool     `json:"node,omitempty"`      // it is a node of the lab, not a part of the control plane
}

// Health is an HTTP GET that answers 200 once a component works. With Socket
// the request goes over that unix socket.
type Health struct {
	URL    string `json:"url"`
	Socket string `json:"socket,omitempty"`
	CAFile string `json:"caFile,omitempty"` // who must have signed an https server's certificate
}

// The names of the components that are no nodes; a node's component has the
// node's name.
const (
	Etcd              = "etcd"
	APIServer         = "kube-apiserver"
	ControllerManager = "kube-controller-manager"
	Scheduler         = "kube-scheduler"
	Gateway           = "gateway"
)
