package node

import (
	"context"
	"crypto/tls"
	"fmt"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	clientset "k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/record"
	internalapi "k8s.io/cri-api/pkg/apis"
	"k8s.io/klog/v2"
	kubeletapp "k8s.io/kubernetes/cmd/kubelet/app"
	"k8s.io/kubernetes/cmd/kubelet/app/options"
	"k8s.io/kubernetes/pkg/capabilities"
	"k8s.io/kubernetes/pkg/kubelet"
	kubeletconfig "k8s.io/kubernetes/pkg/kubelet/apis/config"
	"k8s.io/kubernetes/pkg/kubelet/cm"
	"k8s.io/kubernetes/pkg/kubelet/config"
	"k8s.io/kubernetes/pkg/kubelet/server"
	kubeletutil "k8s.io/kubernetes/pkg/kubelet/util"
	"k8s.io/kubernetes/pkg/kubelet/watchdog"
	"k8s.io/kubernetes/pkg/util/oom"

	"github.com/labctl-dev/labctl/provision"
	"github.com/labctl-dev/labctl/provision/embedded/planeconf"
)

// criRuntime is what the kubelet needs of a container runtime.
type criRuntime interface {
	internalapi.RuntimeService
	internalapi.ImageManagerService
}

// agent is the assembled kubelet, not yet running.
type agent struct {
	kubelet *kubelet.Kubelet
	deps    *kubelet.Dependencies
	config  *kubeletconfig.KubeletConfiguration
	port    int32 // loopback port; config.Port is what the node object claims
	pods    *config.PodConfig
	client  clientset.Interface
}

// newKubelet assembles the kubelet as cmd/kubelet/app's RunKubelet does, with
// every dependency that would touch the computer replaced.
func newKubelet(ctx context.Context, conf planeconf.Node, dirs paths, runtime criRuntime) (*agent, error) {
	flags, cfg, err := settings(conf, dirs)
	if err != nil {
		return nil, err
	}
	restConfig, err := clientcmd.BuildConfigFromFlags("", conf.Kubeconfig)
	if err != nil {
		return nil, fmt.Errorf("kubeconfig: %w", err)
	}
	deps, err := dependencies(ctx, conf, dirs, cfg, restConfig, runtime)
	if err != nil {
		return nil, err
	}
	capabilities.Initialize(capabilities.Capabilities{AllowPrivileged: true})
	k, err := kubelet.NewMainKubelet(ctx, cfg, deps, &flags.ContainerRuntimeOptions,
		conf.Name, types.NodeName(conf.Name), nil, // addresses: see nodeClient.Create
		"", "external", flags.CertDirectory, flags.RootDirectory, cfg.PodLogsDir, "", "",
		true, cfg.RegisterWithTaints, nil, "", false, false,
		flags.MinimumGCAge, flags.MaxPerPodContainerCount, flags.MaxContainerCount,
		nil, cfg.NodeStatusMaxImages, false)
	if err != nil {
		return nil, err
	}
	return &agent{
		kubelet: k, deps: deps, config: cfg, port: int32(conf.KubeletPort), //nolint:gosec // a port
		pods: deps.PodConfig, client: deps.KubeClient,
	}, nil
}

func dependencies(ctx context.Context, conf planeconf.Node, dirs paths,
	cfg *kubeletconfig.KubeletConfiguration, restConfig *rest.Config, runtime criRuntime,
) (*kubelet.Dependencies, error) {
	clients, err := newClients(restConfig, cfg, conf)
	if err != nil {
		return nil, err
	}
	auth, watchCA, err := kubeletapp.BuildAuth(types.NodeName(conf.Name), clients.main, *cfg)
	if err != nil {
		return nil, fmt.Errorf("authentication: %w", err)
	}
	watchCA(ctx.Done())
	tracker := kubeletutil.NewPodStartupLatencyTracker()
	recorder := newRecorder(ctx, clients.events, conf.Name)
	checker, err := watchdog.NewHealthChecker(klog.FromContext(ctx))
	if err != nil {
		return nil, err
	}
	deps := &kubelet.Dependencies{
		Auth:                      auth,
		CAdvisorInterface:         machine{name: conf.Name},
		ContainerManager:          containerManager{cm.NewStubContainerManager()},
		EventClient:               clients.events,
		HeartbeatClient:           clients.heartbeat,
		OnHeartbeatFailure:        func() {},
		KubeClient:                clients.main,
		Mounter:                   newMounter(),
		HostUtil:                  hostUtil{root: dirs.root},
		OOMAdjuster:               oom.NewFakeOOMAdjuster(),
		OSInterface:               nodeOS{},
		PodConfig:                 newPodSource(ctx, conf, clients.main, recorder, tracker),
		Subpather:                 subpaths{},
		VolumePlugins:             volumePlugins(),
		TLSOptions:                tlsOptions(cfg),
		RemoteRuntimeService:      runtime,
		RemoteImageService:        runtime,
		PodStartupLatencyTracker:  tracker,
		NodeStartupLatencyTracker: kubeletutil.NewNodeStartupLatencyTracker(klog.FromContext(ctx)),
		HealthChecker:             checker,
		// The kubelet would open /dev/kmsg for a real recorder and fail without
		// privileges; see oomGuard.
		Recorder: &record.FakeRecorder{},
	}
	deps.TracerProvider = oomGuard(deps, recorder)
	return deps, nil
}

func tlsOptions(cfg *kubeletconfig.KubeletConfiguration) *server.TLSOptions {
	return &server.TLSOptions{
		MinVersion:   tls.VersionTLS12,
		CertFile:     cfg.TLSCertFile,
		KeyFile:      cfg.TLSPrivateKeyFile,
		ClientCAFile: cfg.Authentication.X509.ClientCAFile,
	}
}

// start runs the kubelet's loops; they end with the process.
func (a *agent) start(ctx context.Context) {
	a.kubelet.BirthCry()
	a.kubelet.StartGarbageCollection(ctx)
	go a.kubelet.Run(ctx, a.pods.Updates())
	// The node object claims <lab address>:10250; on this computer the server
	// listens on a loopback port, to which the gateway leads.
	serving := a.config.DeepCopy()
	serving.Address, serving.Port = "127.0.0.1", a.port
	go a.kubelet.ListenAndServe(ctx, serving, a.deps.TLSConfig, a.deps.Auth, a.deps.TracerProvider)
}

// healthy reports whether the kubelet's main loop turns, as its own /healthz does.
func (a *agent) healthy() error {
	const late = 2 * time.Minute // pkg/kubelet/server's limit for the sync loop
	if latest := a.kubelet.LatestLoopEntryTime(); !latest.IsZero() && time.Since(latest) > late {
		return fmt.Errorf("sync loop stands still since %s", latest.Format(time.RFC3339))
	}
	return nil
}

// settings are the kubelet's defaults with what kubeadm sets for a node.
func settings(conf planeconf.Node, dirs paths) (*options.KubeletFlags, *kubeletconfig.KubeletConfiguration, error) {
	cfg, err := options.NewKubeletConfiguration()
	if err != nil {
		return nil, nil, fmt.Errorf("kubelet defaults: %w", err)
	}
	flags := options.NewKubeletFlags()
	flags.RootDirectory = dirs.kubelet
	flags.CertDirectory = dirs.kubelet + "/pki"
	flags.HostnameOverride = conf.Name

	cfg.Address, cfg.Port = "127.0.0.1", planeconf.KubeletPort
	cfg.HealthzPort, cfg.ReadOnlyPort = 0, 0
	cfg.TLSCertFile, cfg.TLSPrivateKeyFile = conf.ServingCert, conf.ServingKey
	cfg.Authentication.X509.ClientCAFile = conf.ClientCA
	cfg.Authentication.Anonymous.Enabled = false
	cfg.Authentication.Webhook.Enabled = true
	cfg.Authorization.Mode = kubeletconfig.KubeletAuthorizationModeWebhook
	cfg.ClusterDNS = []string{conf.ClusterDNS.String()}
	cfg.ClusterDomain = "cluster.local"
	cfg.ResolverConfig = dirs.resolv
	cfg.PodLogsDir = dirs.podLogs
	cfg.StaticPodPath = conf.ManifestDir
	cfg.ContainerRuntimeEndpoint = "unix:///run/containerd/containerd.sock"
	cfg.CgroupDriver, cfg.CgroupRoot, cfg.CgroupsPerQOS = "systemd", "", false
	cfg.EnforceNodeAllocatable = nil
	cfg.FailSwapOn = false
	cfg.FailCgroupV1 = false
	cfg.MakeIPTablesUtilChains = false
	// Both would hand out the computer's own /var/log and journal.
	cfg.EnableSystemLogHandler, cfg.EnableSystemLogQuery = false, false
	cfg.EnableControllerAttachDetach = true
	cfg.EvictionHard = map[string]string{}
	cfg.LocalStorageCapacityIsolation = false
	cfg.SerializeImagePulls = false
	cfg.RegisterNode = true
	if conf.PodCIDR.IsValid() {
		cfg.PodCIDR = conf.PodCIDR.String()
	}
	if conf.Role == provision.ControlPlane {
		cfg.RegisterWithTaints = []v1.Taint{{Key: "node-role.kubernetes.io/control-plane", Effect: v1.TaintEffectNoSchedule}}
	}
	return flags, cfg, nil
}
