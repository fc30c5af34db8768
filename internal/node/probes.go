package node

import (
	"encoding/base64"
	"encoding/json"
	"fmt"

	v1 "k8s.io/api/core/v1"

	"github.com/labctl-dev/labctl/internal/simruntime"
)

// probeCall is a network probe or hook on its way through the kubelet as an
// exec: everything needed to run it, and to show it as it was.
type probeCall struct {
	Handler   v1.ProbeHandler    `json:"handler"`
	Ports     []v1.ContainerPort `json:"ports,omitempty"`
	Timeout   int32              `json:"timeout"`             // seconds, of the original
	Lifecycle bool               `json:"lifecycle,omitempty"` // a postStart or preStop hook
}

// localProbes returns pod with each HTTP, TCP and gRPC probe or hook replaced by
// an exec of simruntime.ProbeCommand, which runs runProbe inside the pod's
// network: the kubelet's own prober would dial an address this computer does
// not have. Everything about it but the dialling stays the kubelet's.
func localProbes(pod *v1.Pod) *v1.Pod {
	pod = pod.DeepCopy()
	eachHandler(pod, func(c *v1.Container, probe *v1.Probe) {
		if probe.HTTPGet == nil && probe.TCPSocket == nil && probe.GRPC == nil {
			return
		}
		call := probeCall{Handler: probe.ProbeHandler, Ports: c.Ports, Timeout: max(probe.TimeoutSeconds, 1)}
		probe.ProbeHandler = v1.ProbeHandler{Exec: &v1.ExecAction{Command: call.command()}}
		// Our own time limit must strike first: it knows the words for it.
		probe.TimeoutSeconds = call.Timeout + 1
	}, func(c *v1.Container, hook *v1.LifecycleHandler) {
		if hook.HTTPGet == nil {
			return
		}
		call := probeCall{Handler: v1.ProbeHandler{HTTPGet: hook.HTTPGet}, Ports: c.Ports, Timeout: hookTimeout, Lifecycle: true}
		*hook = v1.LifecycleHandler{Exec: &v1.ExecAction{Command: call.command()}}
	})
	return pod
}

// originalProbes undoes localProbes; a pod without such probes comes back as it is.
func originalProbes(pod *v1.Pod) *v1.Pod {
	pod = pod.DeepCopy()
	eachHandler(pod, func(_ *v1.Container, probe *v1.Probe) {
		if call, ok := decodeCall(probe.Exec); ok {
			probe.ProbeHandler, probe.TimeoutSeconds = call.Handler, call.Timeout
		}
	}, func(_ *v1.Container, hook *v1.LifecycleHandler) {
		if call, ok := decodeCall(hook.Exec); ok {
			*hook = v1.LifecycleHandler{HTTPGet: call.Handler.HTTPGet}
		}
	})
	return pod
}

// eachHandler visits every probe and hook of every container of pod.
func eachHandler(pod *v1.Pod, probe func(*v1.Container, *v1.Probe), hook func(*v1.Container, *v1.LifecycleHandler)) {
	visit := func(c *v1.Container) {
		for _, p := range []*v1.Probe{c.LivenessProbe, c.ReadinessProbe, c.StartupProbe} {
			if p != nil {
				probe(c, p)
			}
		}
		if c.Lifecycle == nil {
			return
		}
		for _, h := range []*v1.LifecycleHandler{c.Lifecycle.PostStart, c.Lifecycle.PreStop} {
			if h != nil {
				hook(c, h)
			}
		}
	}
	for i := range pod.Spec.InitContainers {
		visit(&pod.Spec.InitContainers[i])
	}
	for i := range pod.Spec.Containers {
		visit(&pod.Spec.Containers[i])
	}
}

// command is base64 because the kubelet expands $(NAME) in exec commands, and a
// probe's header or path may well hold that.
func (c probeCall) command() []string {
	data, err := json.Marshal(c)
	if err != nil {
		panic(fmt.Sprintf("a probe cannot be encoded: %v", err)) // plain API types always can
	}
	return []string{simruntime.ProbeCommand, base64.StdEncoding.EncodeToString(data)}
}

func decodeCall(action *v1.ExecAction) (probeCall, bool) {
	if action == nil || len(action.Command) != 2 || action.Command[0] != simruntime.ProbeCommand {
		return probeCall{}, false
	}
	call, err := parseCall(action.Command[1])
	return call, err == nil
}

func parseCall(encoded string) (probeCall, error) {
	var call probeCall
	data, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return call, fmt.Errorf("probe call: %w", err)
	}
	if err := json.Unmarshal(data, &call); err != nil {
		return call, fmt.Errorf("probe call: %w", err)
	}
	return call, nil
}
