// Package statedir owns where labctl keeps its files on each operating system
// and what may be the name of a lab. It must not read or write any file.
package statedir

import (
	"errors"
	"path/filepath"
	"regexp"
	"runtime"

	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/provision"
)

// DefaultLab is the lab every command means without --lab.
const DefaultLab = "default"

// Root is the directory below which labctl keeps everything it ever writes,
// apart from a kubeconfig the user asked it to merge into.
type Root string

// Find returns the root: LABCTL_HOME if set, else $XDG_STATE_HOME/labctl, else
// the operating system's place (~/.local/state/labctl,
// ~/Library/Application Support/labctl, %LOCALAPPDATA%\labctl). A relative
// LABCTL_HOME is an error: it would name another place in every directory.
func Find(getenv func(string) string) (Root, error) {
	if home := getenv("LABCTL_HOME"); home != "" {
		if !filepath.IsAbs(home) {
			return "", reason.New(reason.UsageWrong, errors.New("LABCTL_HOME is relative"),
				"detail", "LABCTL_HOME="+home+" (absolute path)", "help", "labctl help environment")
		}
		return Root(filepath.Clean(home)), nil
	}
	if state := getenv("XDG_STATE_HOME"); filepath.IsAbs(state) {
		return Root(filepath.Join(state, "labctl")), nil
	}
	return osDefault(runtime.GOOS, getenv)
}

func osDefault(goos string, getenv func(string) string) (Root, error) {
	home, parts := getenv("HOME"), []string{".local", "state", "labctl"}
	switch goos {
	case "windows":
		home, parts = getenv("LOCALAPPDATA"), []string{"labctl"}
	case "darwin":
		parts = []string{"Library", "Application Support", "labctl"}
	}
	if home == "" {
		return "", reason.New(reason.UsageWrong, errors.New("no home directory in the environment"),
			"detail", "HOME", "help", "labctl help environment")
	}
	return Root(filepath.Join(append([]string{home}, parts...)...)), nil
}

// Labs is the directory that holds one directory for each lab.
func (r Root) Labs() string { return filepath.Join(string(r), "labs") }

// Progress is the directory of the learner's progress.
func (r Root) Progress() string { return filepath.Join(string(r), "progress") }

// Logs is the directory of labctl's own logs, for maintainers.
func (r Root) Logs() string { return filepath.Join(string(r), "log") }

var labName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$`)

// Lab returns the lab of that name, or reason LAB_NAME.
func (r Root) Lab(name string) (provision.Lab, error) {
	if !labName.MatchString(name) {
		return provision.Lab{}, reason.New(reason.LabNameWrong, nil, "lab", name)
	}
	return provision.Lab{Name: name, Dir: filepath.Join(r.Labs(), name)}, nil
}
