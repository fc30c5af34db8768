package check

import (
	"context"
	"net"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Ref names a set of objects: one resource in one namespace, "" for all of them
// and for resources without namespaces.
type Ref struct {
	GVR       schema.GroupVersionResource
	Namespace string
}

// Objects reads a cluster. A resource the cluster does not serve has no objects
// and is no error. What it returns must not be changed.
type Objects interface {
	List(ctx context.Context, ref Ref) ([]map[string]any, error)
}

// Dialer reaches the lab's network from this computer.
type Dialer interface {
	DialContext(ctx context.Context, network, addr string) (net.Conn, error)
}

// Answers gives what the learner typed for a step.
type Answers interface {
	Answer(step string) (string, bool)
}

// World is all a check may look at. A nil member makes the verbs that need it
// answer CannotTell.
type World struct {
	Objects Objects
	Dialer  Dialer
	Answers Answers
}
