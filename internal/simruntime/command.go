package simruntime

import (
	"errors"
	"fmt"
	"strings"

	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/labctl-dev/labctl/internal/simruntime/images"
)

// defaultPath is what containerd gives a container whose image sets no PATH.
const defaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// argv merges image and container as Kubernetes documents it: a container's
// command replaces entrypoint and cmd, its args replace cmd only; see
// https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/
func argv(image images.Config, command, args []string) ([]string, error) {
	entrypoint := command
	if len(command) == 0 {
		entrypoint = image.Entrypoint
		if len(args) == 0 {
			args = image.Cmd
		}
	}
	all := append(append([]string(nil), entrypoint...), args...)
	if len(all) == 0 {
		return nil, errors.New("no command specified")
	}
	return all, nil
}

// environ merges the environment; a later value of a key replaces the earlier
// one in its place.
func environ(image images.Config, hostname string, tty bool, envs []*runtimeapi.KeyValue) []string {
	base := []string{defaultPath, "HOSTNAME=" + hostname}
	if tty {
		base = append(base, "TERM=xterm")
	}
	merged := &envList{at: map[string]int{}}
	for _, entry := range append(base, image.Env...) {
		merged.set(entry)
	}
	for _, kv := range envs {
		merged.set(kv.GetKey() + "=" + string(kv.GetValue()))
	}
	if _, ok := merged.at["HOME"]; !ok {
		merged.set("HOME=" + homeOf(image.User))
	}
	return merged.entries
}

type envList struct {
	entries []string
	at      map[string]int
}

func (l *envList) set(entry string) {
	key, _, _ := strings.Cut(entry, "=")
	if i, ok := l.at[key]; ok {
		l.entries[i] = entry
		return
	}
	l.at[key] = len(l.entries)
	l.entries = append(l.entries, entry)
}

func homeOf(user string) string {
	name, _, _ := strings.Cut(user, ":")
	if name == "" || name == "root" || name == "0" {
		return "/root"
	}
	return "/"
}

func workingDir(image images.Config, config *runtimeapi.ContainerConfig) string {
	switch {
	case config.GetWorkingDir() != "":
		return config.GetWorkingDir()
	case image.WorkingDir != "":
		return image.WorkingDir
	default:
		return "/"
	}
}

// createError words a start failure as containerd and runc do; the learner reads
// the same text on a real node.
func createError(err error) error {
	return fmt.Errorf("failed to create containerd task: failed to create shim task: OCI runtime create failed: "+
		"runc create failed: unable to start container process: error during container init: %w", err)
}

// execError words an exec failure as containerd and runc do.
func execError(id string, err error) error {
	return fmt.Errorf("failed to exec in container: failed to start exec %q: OCI runtime exec failed: "+
		"exec failed: unable to start container process: %w", id, err)
}
