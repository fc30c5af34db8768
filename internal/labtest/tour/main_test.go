package tour_test

import (
	"strings"
	"testing"

	"github.com/labctl-dev/labctl/internal/labtest"
)

// TestTour runs every part on one lab: they use names of their own and may run
// at the same time, as a learner's windows do.
func TestTour(t *testing.T) {
	lab := labtest.Up(t)
	parts := map[string]func(*testing.T, *labtest.Lab){
		"nodes":          nodes,
		"control plane":  controlPlane,
		"first pod":      firstPod,
		"streams":        streams,
		"probes":         probes,
		"broken pods":    brokenPods,
		"deployment":     deployment,
		"configuration":  configuration,
		"authentication": authentication,
	}
	for name, part := range parts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			part(t, lab)
		})
	}
}

// eventually waits with kubectl for a jsonpath of an object to have a value.
func eventually(t *testing.T, lab *labtest.Lab, object, path, value string) {
	t.Helper()
	result := lab.Run(t, "kubectl", "wait", object, "--for=jsonpath={"+path+"}="+value, "--timeout=60s")
	if result.Exit != 0 {
		t.Fatalf("%s: %s never became %q\n%s\n%s", object, path, value, result.Stderr,
			lab.Run(t, "kubectl", "describe", object).Stdout)
	}
}

func field(t *testing.T, lab *labtest.Lab, object, path string) string {
	t.Helper()
	return lab.Kubectl(t, "get", object, "-o", "jsonpath={"+path+"}")
}

func apply(t *testing.T, lab *labtest.Lab, manifest string) {
	t.Helper()
	result := lab.RunContext(t.Context(), t, []byte(manifest), "kubectl", "apply", "-f", "-")
	if result.Exit != 0 {
		t.Fatalf("apply: exit %d\n%s%s", result.Exit, result.Stdout, result.Stderr)
	}
}

func wantContains(t *testing.T, what, got string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(got, want) {
			t.Errorf("%s lacks %q:\n%s", what, want, got)
		}
	}
}
