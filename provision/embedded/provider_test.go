package embedded

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/labctl-dev/labctl/internal/event"
	"github.com/labctl-dev/labctl/provision"
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
		t.Skip(realPlane + " does not name a labctl-plane; `make e2e` sets it")
	}
}

func TestConformance(t *testing.T) {
	needControlPlane(t)
	providertest.Run(t, withControlPlane)
}

func TestSteps(t *testing.T) {
	needControlPlane(t)
	provider, lab, plan := withControlPlane(t)
	t.Cleanup(func() {
		if err := provider.Destroy(t.Context(), lab, event.Discard()); err != nil {
			t.Log(err)
		}
	})
	err := provider.Up(t.Context(), lab, plan, event.Func(func(e event.Event) {
		t.Logf("%-10s %-24s %-8s %8s %s", e.Kind, e.Subject, e.State, e.Elapsed.Round(1e6), e.Detail)
	}))
	if err != nil {
		t.Fatal(err)
	}
	if err := provider.Destroy(t.Context(), lab, event.Discard()); err != nil {
		t.Fatal(err)
	}
}
