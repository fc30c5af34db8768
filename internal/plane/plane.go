// Package plane owns the multi-call program of the embedded lab: the first
// argument names the component this process is. It must not decide anything
// about the lab: the supervisor hands every component its arguments.
package plane

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"          // --logging-format=json, as upstream's binaries have it
	_ "k8s.io/component-base/metrics/prometheus/clientgo" // client metrics on /metrics
	_ "k8s.io/component-base/metrics/prometheus/version"  // build info on /metrics
	"k8s.io/component-base/version"
	kubectl "k8s.io/kubectl/pkg/cmd"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"

	"github.com/labctl-dev/labctl/internal/gateway"
	"github.com/labctl-dev/labctl/internal/node"
	"github.com/labctl-dev/labctl/provision/embedded/planeconf"
	"github.com/labctl-dev/labctl/provision/embedded/supervisor"
)

// Main runs the component args[1] and returns the process's exit code.
// args[0] is the program's own name.
func Main(ctx context.Context, args []string, stderr io.Writer) int {
	if len(args) < 2 {
		_, _ = fmt.Fprintln(stderr, "labctl-plane is part of labctl's embedded lab; use `labctl up`.")
		return 64
	}
	name := args[1]
	// Upstream's commands read os.Args themselves.
	os.Args = append([]string{name}, args[2:]...)
	if name != "kubectl" && name != "version" {
		tuneMemory(ctx)
	}
	switch name {
	case "etcd":
		etcdmain.Main(os.Args)
		return 0
	case "kube-apiserver":
		return cli.Run(apiserver.NewAPIServerCommand())
	case "kube-controller-manager":
		return cli.Run(controllers.NewControllerManagerCommand())
	case "kube-scheduler":
		return cli.Run(scheduler.NewSchedulerCommand())
	case "kubectl":
		return cli.Run(kubectl.NewDefaultKubectlCommand())
	case "supervise":
		return supervise(ctx, args[2:], stderr)
	case "node", "gateway":
		return own(ctx, name, args[2:], stderr)
	case "version":
		return say(stderr, json.NewEncoder(os.Stdout).Encode(version.Get()))
	default:
		_, _ = fmt.Fprintf(stderr, "labctl-plane: no component %q\n", name)
		return 64
	}
}

// supervise runs the process above all others. It lives here, not in labctl,
// because it then shares its memory with its children.
func supervise(ctx context.Context, args []string, stderr io.Writer) int {
	if len(args) != 1 {
		_, _ = fmt.Fprintln(stderr, "labctl-plane: usage: labctl-plane supervise DIR")
		return 64
	}
	return say(stderr, supervisor.Main(ctx, args[0]))
}

// own runs the components that are labctl's.
func own(ctx context.Context, name string, args []string, stderr io.Writer) int {
	if len(args) != 2 || args[0] != "--config" {
		_, _ = fmt.Fprintf(stderr, "labctl-plane: usage: labctl-plane %s --config FILE\n", name)
		return 64
	}
	if name == "node" {
		var conf planeconf.Node
		if err := planeconf.Load(args[1], &conf); err != nil {
			return say(stderr, err)
		}
		return say(stderr, node.Run(ctx, conf))
	}
	var conf planeconf.Gateway
	if err := planeconf.Load(args[1], &conf); err != nil {
		return say(stderr, err)
	}
	door, err := gateway.New(conf)
	if err != nil {
		return say(stderr, err)
	}
	_, _ = fmt.Fprintf(stderr, "gateway for %d nodes, proxy on %s\n", len(conf.Nodes), conf.ProxyAddr)
	return say(stderr, door.Run(ctx))
}

func say(stderr io.Writer, err error) int {
	if err == nil {
		return 0
	}
	_, _ = fmt.Fprintln(stderr, "labctl-plane:", err)
	return 1
}
