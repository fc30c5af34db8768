package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/labctl-dev/labctl/internal/execx"
	"github.com/labctl-dev/labctl/internal/kube"
	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/internal/safefile"
	"github.com/labctl-dev/labctl/provision/embedded/component"
	"github.com/labctl-dev/labctl/provision/embedded/supervisor"
)

// startSupervisor starts the supervisor, or joins the one that runs, and follows
// its events from then on.
func (c *climb) startSupervisor(ctx context.Context) error {
	if !c.running {
		if err := c.launch(ctx); err != nil {
			return err
		}
	}
	c.tracker = track(ctx, supervisor.NewClient(c.layout.Socket(supervisorName)), c.lab.Dir, c.order(), c.sink)
	if c.running {
		return errSkipped
	}
	return nil
}

// order lists the components, what others need first.
func (c *climb) order() []string {
	var names []string
	for _, spec := range component.All(component.Lab{Layout: c.layout, Plan: c.record.Plan, Ports: c.record.Ports}) {
		names = append(names, spec.Name)
	}
	return names
}

func (c *climb) launch(ctx context.Context) error {
	path := supervisor.LogFile(c.layout.LogDir(), supervisorName)
	log, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, safefile.PrivateFile) //nolint:gosec // the lab's own file
	if err != nil {
		return safefile.Explain(path, fmt.Errorf("opening the supervisor's log: %w", err))
	}
	defer log.Close() //nolint:errcheck // the supervisor has its own handle
	command := c.provider.options.SupervisorCommand
	pid, ended, err := execx.StartDetached(execx.Cmd{
		Path: command[0],
		Args: append(append([]string{}, command[1:]...), c.lab.Dir),
		Dir:  c.lab.Dir,
		Env:  withoutProxies(c.provider.options.Environ),
	}, log)
	if err != nil {
		return reason.New(reason.ComponentFailed, err, "component", supervisorName, "detail", err.Error())
	}
	c.provider.log.Info("supervisor started", "lab", c.lab.Name, "pid", pid)
	return c.awaitSupervisor(ctx, ended)
}

// supervisorPatience bounds how long the supervisor may take to answer.
const supervisorPatience = 20 * time.Second

func (c *climb) awaitSupervisor(ctx context.Context, ended <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(ctx, supervisorPatience)
	defer cancel()
	err := kube.Until(ctx, 2*time.Millisecond, func(ctx context.Context) error {
		select {
		case <-ended:
			cancel()
			return errors.New("the supervisor ended")
		default:
		}
		_, err := ask(ctx, c.layout)
		return err
	})
	if err == nil {
		return nil
	}
	data, _ := os.ReadFile(supervisor.LogFile(c.layout.LogDir(), supervisorName)) // best effort: it only words the failure
	detail := execx.LastLine(string(data))
	if detail == "" {
		detail = firstLine(err)
	}
	return reason.New(reason.ComponentFailed, err, "component", supervisorName, "detail", detail)
}

// withoutProxies drops what would send the lab's own traffic elsewhere, such as
// the variables of a `labctl shell`. An empty environment stays empty: it must
// not become the caller's.
func withoutProxies(environ []string) []string {
	kept := make([]string, 0, len(environ))
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		switch strings.ToUpper(name) {
		case "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "FTP_PROXY", "KUBECONFIG":
		default:
			kept = append(kept, entry)
		}
	}
	return kept
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

func lockPath(dir string) string { return filepath.Join(dir, supervisor.LockName) }
