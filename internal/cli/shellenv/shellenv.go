// Package shellenv owns what a shell inside a lab is started with: arguments,
// environment, start-up files. It is pure: it decides, the caller writes files
// and starts the shell.
package shellenv

import (
	"path/filepath"
	"strings"
)

// Kind is a shell labctl knows how to give a prompt.
type Kind string

// The shells.
const (
	Bash       Kind = "bash"
	Zsh        Kind = "zsh"
	Fish       Kind = "fish"
	PowerShell Kind = "pwsh"
	Cmd        Kind = "cmd"
	Sh         Kind = "sh"
)

// Kinds lists every shell.
func Kinds() []Kind { return []Kind{Bash, Zsh, Fish, PowerShell, Cmd, Sh} }

// KindOf reads the kind from a program's path; ok is false for a shell labctl
// does not know.
func KindOf(path string) (kind Kind, ok bool) {
	name := path[strings.LastIndexAny(path, `/\`)+1:]
	name = strings.TrimSuffix(strings.ToLower(name), ".exe")
	switch name {
	case "powershell":
		return PowerShell, true
	case "dash", "ash", "ksh", "mksh":
		return Sh, true
	}
	for _, known := range Kinds() {
		if name == string(known) {
			return known, true
		}
	}
	return "", false
}

// Input is everything the launch depends on.
type Input struct {
	Kind       Kind
	Command    string // run this and end; "" for an interactive shell
	Lab        string
	Dir        string   // private directory for the start-up files
	Environ    []string // the environment labctl itself was started with
	GOOS       string
	Labctl     string // path of labctl
	Plane      string // path of labctl-plane
	Kubeconfig string
	CacheDir   string // for kubectl; "" for its own place
	ProxyURL   string // "" for none
}

// File is a file to write before the start.
type File struct {
	Path       string
	Content    string
	Executable bool
}

// Launch is how to start the shell.
type Launch struct {
	Args  []string
	Env   []string
	Files []File
}

// Plan decides the launch.
func Plan(in Input) Launch {
	bin := filepath.Join(in.Dir, "bin")
	launch := Launch{Files: launchers(in, bin)}
	exports := variables(in, bin)
	if in.Command != "" {
		launch.Args = once(in.Kind, in.Command)
	} else {
		start := interactive(in, exports)
		launch.Args = start.Args
		launch.Files = append(launch.Files, start.Files...)
		exports = append(exports, start.exports...)
	}
	launch.Env = merge(in.Environ, exports, in.GOOS)
	return launch
}

func once(kind Kind, command string) []string {
	switch kind {
	case PowerShell:
		return []string{"-NoLogo", "-Command", command}
	case Cmd:
		return []string{"/D", "/C", command}
	default:
		return []string{"-c", command}
	}
}

// Launchers only put `kubectl` and this very labctl on the PATH.
func launchers(in Input, bin string) []File {
	if in.GOOS == "windows" {
		return []File{
			{Path: filepath.Join(bin, "kubectl.cmd"), Content: "@\"" + in.Plane + "\" kubectl %*\r\n"},
			{Path: filepath.Join(bin, "labctl.cmd"), Content: "@\"" + in.Labctl + "\" %*\r\n"},
		}
	}
	return []File{
		{Path: filepath.Join(bin, "kubectl"), Executable: true, Content: "#!/bin/sh\nexec " + quote(in.Plane) + " kubectl \"$@\"\n"},
		{Path: filepath.Join(bin, "labctl"), Executable: true, Content: "#!/bin/sh\nexec " + quote(in.Labctl) + " \"$@\"\n"},
	}
}
