package node

import (
	"context"
	"reflect"
	"runtime"

	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	clientset "k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/record"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/kubelet/config"
	kubetypes "k8s.io/kubernetes/pkg/kubelet/types"
	kubeletutil "k8s.io/kubernetes/pkg/kubelet/util"

	"github.com/labctl-dev/labctl/provision/embedded/planeconf"
)

// newPodSource makes the kubelet's two sources of pods, files and API server,
// as makePodSourceConfig of pkg/kubelet does, with one station between: probes
// that would dial a pod's address are turned into ones the runtime answers.
func newPodSource(ctx context.Context, conf planeconf.Node, client clientset.Interface,
	recorder record.EventRecorderLogger, tracker kubeletutil.PodStartupLatencyTracker,
) *config.PodConfig {
	logger := klog.FromContext(ctx)
	source := config.NewPodConfig(recorder, tracker)
	name := types.NodeName(conf.Name)
	if conf.ManifestDir != "" {
		files := through(ctx, source.Channel(ctx, kubetypes.FileSource), localPod)
		config.NewSourceFile(logger, conf.ManifestDir, name, manifestPeriod, files)
	}
	pods := through(ctx, source.Channel(ctx, kubetypes.ApiserverSource), localPod)
	config.NewSourceApiserver(logger, client, name, registered(ctx, client, conf.Name), pods)
	return source
}

// localPod is pod as this node's kubelet must see it.
func localPod(pod *v1.Pod) *v1.Pod {
	pod = localProbes(pod)
	podAsLocal(pod, runtime.GOOS)
	return pod
}

// registered reports whether the node object exists: pods admitted before that
// would be judged by a node without labels. Once true it stays true.
func registered(ctx context.Context, client clientset.Interface, name string) func() bool {
	seen := false
	return func() bool {
		if seen {
			return true
		}
		_, err := client.CoreV1().Nodes().Get(ctx, name, metav1.GetOptions{})
		if err != nil && !apierrors.IsNotFound(err) {
			klog.FromContext(ctx).V(2).Info("Waiting for the node object", "err", err)
		}
		seen = err == nil
		return seen
	}
}

// through returns a channel whose updates reach out with every pod mapped by
// change. The element type is private to pkg/kubelet/config; its only exported
// field is Pods, a slice the source has made for this one update.
func through[T any](ctx context.Context, out chan<- T, change func(*v1.Pod) *v1.Pod) chan<- T {
	in := make(chan T)
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case update := <-in:
				changePods(&update, change)
				select {
				case out <- update:
				case <-ctx.Done():
					return
				}
			}
		}
	}()
	return in
}

func changePods(update any, change func(*v1.Pod) *v1.Pod) {
	field := reflect.ValueOf(update).Elem().FieldByName("Pods")
	pods, ok := reflect.TypeAssert[[]*v1.Pod](field)
	if !ok {
		return
	}
	changed := make([]*v1.Pod, len(pods))
	for i, pod := range pods {
		changed[i] = change(pod)
	}
	field.Set(reflect.ValueOf(changed))
}
