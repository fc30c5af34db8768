package buildinfo

import (
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/labctl-dev/labctl/provision"
)

func TestOf(t *testing.T) {
	t.Parallel()
	base := Info{Version: "devel", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH, Kubernetes: provision.KubernetesVersion}
	module := func(v string, settings ...debug.BuildSetting) *debug.BuildInfo {
		return &debug.BuildInfo{Main: debug.Module{Version: v}, Settings: settings}
	}
	tests := []struct {
		name    string
		stamped string
		built   *debug.BuildInfo
		want    func(Info) Info
	}{
		{"nothing known", "", nil, func(i Info) Info { return i }},
		{"from source", "", module("(devel)"), func(i Info) Info { return i }},
		{"go install", "", module("v1.2.3"), func(i Info) Info { i.Version = "v1.2.3"; return i }},
		{"stamp wins", "v2.0.0", module("v1.2.3"), func(i Info) Info { i.Version = "v2.0.0"; return i }},
		{
			"checkout", "",
			module("", debug.BuildSetting{Key: "vcs.revision", Value: "abc"}, debug.BuildSetting{Key: "vcs.modified", Value: "true"}),
			func(i Info) Info { i.Commit, i.Modified = "abc", true; return i },
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want(base), of(test.stamped, test.built)); diff != "" {
				t.Errorf("of() differs (-want +got):\n%s", diff)
			}
		})
	}
}
