package node

import (
	"context"

	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
	v1 "k8s.io/api/core/v1"
	v1core "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/tools/record"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/kubelet"
	"k8s.io/kubernetes/pkg/kubelet/server"
)

// newRecorder makes the recorder of cmd/kubelet/app's makeEventRecorder.
func newRecorder(ctx context.Context, events v1core.EventsGetter, node string) record.EventRecorderLogger {
	broadcaster := record.NewBroadcaster(record.WithContext(ctx))
	broadcaster.StartStructuredLogging(3)
	broadcaster.StartRecordingToSink(&v1core.EventSinkImpl{Interface: events.Events("")})
	return broadcaster.NewRecorder(legacyscheme.Scheme, v1.EventSource{Component: server.ComponentKubelet, Host: node})
}

// oomGuard hands the kubelet its real recorder just after it has decided about
// the out-of-memory watcher. That watcher reads the computer's kernel log: not
// allowed without privileges, and its events would be about the computer, not
// the lab. NewMainKubelet leaves it out for a FakeRecorder only, and asks for
// its tracer right after that decision (pkg/kubelet/kubelet.go, v1.37.2), which
// is the moment to put the real recorder in. TestOOMGuard holds this order.
func oomGuard(deps *kubelet.Dependencies, recorder record.EventRecorderLogger) trace.TracerProvider {
	return &tracerHook{TracerProvider: noop.NewTracerProvider(), then: func() { deps.Recorder = recorder }}
}

type tracerHook struct {
	trace.TracerProvider
	then func()
}

// Tracer runs the hook, then answers as the wrapped provider does.
func (h *tracerHook) Tracer(name string, opts ...trace.TracerOption) trace.Tracer {
	h.then()
	return h.TracerProvider.Tracer(name, opts...)
}
