package component

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/labctl-dev/labctl/provision"
)

var update = flag.Bool("update", false, "write the golden files")

func testLab() Lab {
	lab := Lab{Layout: Layout{Dir: "/LAB", RunDir: "/RUN", Plane: "/PLANE"}, Plan: provision.DefaultPlan(), Ports: Ports{}}
	for i, purpose := range PortPurposes(lab.Plan) {
		lab.Ports[purpose] = 20001 + i
	}
	return lab
}

// TestCommandLines holds every argument of every component: a change of a flag
// is a change of the lab and belongs into a review.
func TestCommandLines(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for _, c := range All(testLab()) {
		text.WriteString(c.Name + "\n  path " + c.Path + "\n  env " + strings.Join(c.Env, " ") +
			"\n  health " + strings.TrimSpace(strings.Join([]string{c.Health.URL, c.Health.Socket, c.Health.CAFile}, " ")) +
			"\n  needs " + strings.Join(c.DependsOn, " ") + "\n  stops after " + strings.Join(c.StopAfter, " ") + "\n")
		for _, arg := range c.Args {
			text.WriteString("    " + arg + "\n")
		}
	}
	golden(t, "components.golden", filepath.ToSlash(text.String()))
}

func TestEgress(t *testing.T) {
	t.Parallel()
	golden(t, "egress.golden", Egress(testLab().Layout))
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; -update writes it):\n%s", path, diff)
	}
}

// TestGraph: dependencies and stop order name components that exist, and no
// component waits for itself, however indirectly.
func TestGraph(t *testing.T) {
	t.Parallel()
	byName := map[string]Component{}
	for _, c := range All(testLab()) {
		byName[c.Name] = c
	}
	for _, edges := range []func(Component) []string{
		func(c Component) []string { return c.DependsOn },
		func(c Component) []string { return c.StopAfter },
	} {
		for name := range byName {
			walk(t, byName, edges, name, nil)
		}
	}
}

func walk(t *testing.T, byName map[string]Component, edges func(Component) []string, name string, path []string) {
	t.Helper()
	c, known := byName[name]
	if !known {
		t.Fatalf("%v leads to %s, which does not exist", path, name)
	}
	for _, seen := range path {
		if seen == name {
			t.Fatalf("%v leads back to %s", path, name)
		}
	}
	for _, next := range edges(c) {
		walk(t, byName, edges, next, append(path, name))
	}
}
