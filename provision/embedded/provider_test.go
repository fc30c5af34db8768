package embedded

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/labctl-dev/labctl/internal/event"
	"github.com/labctl-dev/labctl/internal/execx"
	"github.com/labctl-dev/labctl/internal/kube"
	"github.com/labctl-dev/labctl/provision"
	"github.com/labctl-dev/labctl/provision/embedded/labfile"
	"github.com/labctl-dev/labctl/provision/providertest"
)

// withControlPlane returns a provider whose control plane is real.
func withControlPlane(t *testing.T) (provision.Provider, provision.Lab, provision.Plan) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	provider := New(Options{Plane: self, SupervisorCommand: []string{self, "supervise"}, Environ: os.Environ()})
	lab := provision.Lab{Name: "test", Dir: filepath.Join(t.TempDir(), "test")}
	return provider, lab, provision.DefaultPlan()
}

func needControlPlane(t *testing.T) {
	t.Helper()
	if os.Getenv(realPlane) == "" {
		t.Skip(realPlane + " does not name a labctl-plane; `make test` sets it")
	}
}

func TestConformance(t *testing.T) {
	needControlPlane(t)
	providertest.Run(t, withControlPlane)
}

// TestKillEveryProcess kills each process of a running lab, and the supervisor
// with all of them: the lab heals or the next Up continues, and nothing is lost.
func TestKillEveryProcess(t *testing.T) {
	needControlPlane(t)
	provider, lab, plan := withControlPlane(t)
	up := func() map[string]provision.ComponentStatus {
		t.Helper()
		if err := provider.Up(t.Context(), lab, plan, event.Discard()); err != nil {
			t.Fatal(err)
		}
		return ready(t, provider, lab)
	}
	before := up()
	t.Cleanup(func() { destroyed(t, provider, lab) })
	uid := systemUID(t, provider, lab)
	for name, process := range before {
		if name == supervisorName {
			continue // below: nobody restarts it but the next Up
		}
		if err := execx.KillByID(process.PID); err != nil {
			t.Fatal(err)
		}
		healed := waitFor(t, provider, lab, func(now map[string]provision.ComponentStatus) bool {
			return now[name].Healthy && now[name].PID != process.PID && now[name].Restarts == process.Restarts+1
		})
		t.Logf("%s came back as %d", name, healed[name].PID)
	}
	waitFor(t, provider, lab, func(now map[string]provision.ComponentStatus) bool {
		for _, c := range now {
			if !c.Healthy {
				return false
			}
		}
		return true
	})
	up()
	held, err := supervisorPID(lab.Dir)
	if err != nil || held == nil {
		t.Fatalf("no supervisor: %v", err)
	}
	if err := execx.KillByID(held.PID); err != nil {
		t.Fatal(err)
	}
	up()
	if got := systemUID(t, provider, lab); got != uid {
		t.Errorf("kube-system is another object: %q, was %q", got, uid)
	}
}

func ready(t *testing.T, provider provision.Provider, lab provision.Lab) map[string]provision.ComponentStatus {
	t.Helper()
	status, err := provider.Status(t.Context(), lab)
	if err != nil || status.State != provision.Ready {
		t.Fatalf("status %+v, %v", status, err)
	}
	return byName(status)
}

func byName(status provision.Status) map[string]provision.ComponentStatus {
	out := map[string]provision.ComponentStatus{}
	for _, c := range status.Components {
		out[c.Name] = c
	}
	return out
}

func waitFor(t *testing.T, provider provision.Provider, lab provision.Lab, ok func(map[string]provision.ComponentStatus) bool) map[string]provision.ComponentStatus {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		status, err := provider.Status(ctx, lab)
		if err != nil {
			t.Fatal(err)
		}
		if now := byName(status); ok(now) {
			return now
		}
		if !pause(ctx, 20*time.Millisecond) {
			t.Fatalf("the lab does not heal: %+v", status.Components)
		}
	}
}

func systemUID(t *testing.T, provider provision.Provider, lab provision.Lab) string {
	t.Helper()
	access, err := provider.(provision.Accessor).Access(t.Context(), lab)
	if err != nil {
		t.Fatal(err)
	}
	client, err := kube.Load(access.Kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	namespace, err := client.Typed.CoreV1().Namespaces().Get(t.Context(), "kube-system", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return string(namespace.UID)
}

// destroyed destroys the lab and looks for what it left: processes, ports, files.
func destroyed(t *testing.T, provider provision.Provider, lab provision.Lab) {
	t.Helper()
	ctx := context.Background() //nolint:usetesting // t's context is over in a cleanup
	status, err := provider.Status(ctx, lab)
	if err != nil {
		t.Fatal(err)
	}
	record, err := labfile.Load(lab)
	if err != nil {
		t.Fatal(err)
	}
	if err := provider.Destroy(ctx, lab, event.Discard()); err != nil {
		t.Fatal(err)
	}
	for _, c := range status.Components {
		if c.PID > 0 && execx.Alive(c.PID) {
			t.Errorf("%s still runs as %d", c.Name, c.PID)
		}
	}
	if err := portsFree(ctx, record.Ports); err != nil {
		t.Error(err)
	}
	entries, err := os.ReadDir(filepath.Dir(lab.Dir))
	if err != nil || len(entries) != 0 {
		t.Errorf("%v stayed (%v)", entries, err)
	}
}
