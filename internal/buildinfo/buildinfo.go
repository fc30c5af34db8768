// Package buildinfo owns what this build of labctl is: version, commit, Go and
// Kubernetes. It must not print.
package buildinfo

import (
	"runtime"
	"runtime/debug"

	"github.com/labctl-dev/labctl/provision"
)

// version is set by a release build with -ldflags "-X …/buildinfo.version=v1.2.3".
var version string //nolint:gochecknoglobals // the linker can only write a variable

// Info describes a build.
type Info struct {
	Version    string `json:"version"`          // "v1.2.3", a pseudo-version, or "devel"
	Commit     string `json:"commit,omitempty"` // full hash; "" where the build knew none
	Modified   bool   `json:"modified"`         // the working tree had changes
	Go         string `json:"go"`               // "go1.26.8"
	Platform   string `json:"platform"`         // "linux/amd64"
	Kubernetes string `json:"kubernetes"`       // version of the cluster components this build starts
}

// Read describes the running build.
func Read() Info {
	built, _ := debug.ReadBuildInfo()
	return of(version, built)
}

func of(stamped string, built *debug.BuildInfo) Info {
	info := Info{
		Version: "devel", Go: runtime.Version(),
		Platform: runtime.GOOS + "/" + runtime.GOARCH, Kubernetes: provision.KubernetesVersion,
	}
	if built != nil {
		if v := built.Main.Version; v != "" && v != "(devel)" {
			info.Version = v
		}
		for _, setting := range built.Settings {
			switch setting.Key {
			case "vcs.revision":
				info.Commit = setting.Value
			case "vcs.modified":
				info.Modified = setting.Value == "true"
			}
		}
	}
	if stamped != "" {
		info.Version = stamped
	}
	return info
}
