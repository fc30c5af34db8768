package embedded

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/labctl-dev/labctl/internal/kube"
	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/internal/safefile"
	"github.com/labctl-dev/labctl/provision"
	"github.com/labctl-dev/labctl/provision/embedded/component"
	"github.com/labctl-dev/labctl/provision/embedded/labfile"
	"github.com/labctl-dev/labctl/provision/embedded/port"
	"github.com/labctl-dev/labctl/provision/embedded/supervisor"
)

// supervisorName names the supervisor's socket and its log.
const supervisorName = "supervisor"

// maxSocketPath is the longest unix socket path that works everywhere: macOS
// allows 103 bytes, and the kubelet appends to some.
const maxSocketPath = 90

func layoutOf(lab provision.Lab, record labfile.Record, plane string) component.Layout {
	run := record.RunDir
	if run == "" {
		run = filepath.Join(lab.Dir, "run")
	}
	return component.Layout{Dir: lab.Dir, RunDir: run, Plane: plane}
}

// makeRecord writes down what the lab is before anything else is made, so that
// whatever happens later can be found and removed.
func (c *climb) makeRecord(ctx context.Context) error {
	record, err := labfile.Load(c.lab)
	fresh := isReason(err, reason.LabAbsent)
	switch {
	case fresh:
		record, err = c.newRecord()
	case err == nil && record.Provider != Name:
		err = reason.New(reason.LabUnreadable, nil, "lab", c.lab.Name, "path", filepath.Join(c.lab.Dir, labfile.Name),
			"detail", "it belongs to provider "+record.Provider)
	}
	if err != nil {
		return err
	}
	c.record = record
	c.layout = layoutOf(c.lab, record, c.provider.options.Plane)
	if !fresh {
		if c.running, err = c.attachable(ctx); err != nil {
			return err
		}
		if c.running {
			return errSkipped
		}
	}
	if err := c.settle(ctx, fresh); err != nil {
		return err
	}
	c.layout = layoutOf(c.lab, c.record, c.provider.options.Plane)
	return nil
}

func (c *climb) newRecord() (labfile.Record, error) {
	if err := safefile.MkdirAll(c.lab.Dir); err != nil {
		return labfile.Record{}, err
	}
	if err := ours(c.lab.Dir); err != nil { // a Destroy would remove what is in there
		return labfile.Record{}, err
	}
	return labfile.Record{
		Format: labfile.Format, Provider: Name, Lab: c.lab.Name,
		UID: rand.Text(), Created: time.Now().UTC().Truncate(time.Second), Plan: c.plan,
	}, nil
}

// attachable reports whether a supervisor of this lab runs that can be joined;
// one that is stopping is waited for.
func (c *climb) attachable(ctx context.Context) (bool, error) {
	answer, err := ask(ctx, c.layout)
	if err == nil && answer.UID == c.record.UID && !answer.Stopping {
		return true, nil
	}
	return false, stopSupervisor(ctx, c.lab.Dir, socketCandidates(c.lab, c.record))
}

// settle chooses or checks ports and the place of the sockets, and saves the
// record if that changed it. Nothing of the lab runs now.
func (c *climb) settle(ctx context.Context, fresh bool) error {
	if err := awaitPortsFree(ctx, c.record.Ports, c.crashed()); err != nil {
		if !isReason(err, reason.PortBusy) || !c.provider.options.NewPorts {
			return err
		}
		c.record.Ports = nil
	}
	changed := fresh
	if len(c.record.Ports) == 0 {
		ports, err := port.Choose(ctx, component.PortPurposes(c.record.Plan))
		if err != nil {
			return err
		}
		c.record.Ports, changed = ports, true
	}
	moved, err := c.placeSockets()
	if err != nil {
		return err
	}
	if changed || moved {
		return labfile.Save(c.lab, c.record)
	}
	return errSkipped
}

// crashed says that the last supervisor did not end by itself: then components
// may be about to die with it. A supervisor that ends removes its lock's file.
func (c *climb) crashed() bool {
	_, err := os.Stat(filepath.Join(c.lab.Dir, supervisor.LockName))
	return err == nil
}

// placeSockets keeps the sockets below the lab's directory if their paths fit,
// else makes a new private directory for them: an old one may have been cleaned
// away, or made by somebody else since.
func (c *climb) placeSockets() (moved bool, err error) {
	inside := filepath.Join(c.lab.Dir, "run")
	if longestSocket(inside, c.record.Plan) <= maxSocketPath {
		moved = c.record.RunDir != ""
		c.record.RunDir = ""
		return moved, safefile.MkdirAll(inside)
	}
	if err := removeRunDir(c.record.RunDir); err != nil {
		return false, err
	}
	c.record.RunDir, err = os.MkdirTemp("", runDirPrefix)
	if err != nil {
		return false, safefile.Explain(os.TempDir(), fmt.Errorf("making a directory for sockets: %w", err))
	}
	return true, nil
}

func longestSocket(dir string, plan provision.Plan) int {
	longest := len(supervisorName)
	for _, node := range plan.Nodes {
		longest = max(longest, len(node.Name))
	}
	return len(dir) + 1 + longest + len(".sock")
}

// dieTime bounds how long components may take to follow a supervisor that was
// killed.
const dieTime = 10 * time.Second

// awaitPortsFree returns reason PORT_BUSY for a taken port; after a crash it
// gives the dying components time first.
func awaitPortsFree(ctx context.Context, ports map[string]int, crashed bool) error {
	err := portsFree(ctx, ports)
	if err == nil || !crashed {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, dieTime)
	defer cancel()
	return kube.Until(ctx, 10*time.Millisecond, func(ctx context.Context) error { return portsFree(ctx, ports) })
}

func portsFree(ctx context.Context, ports map[string]int) error {
	for purpose, number := range ports {
		err := port.Free(ctx, number)
		if _, ok := errors.AsType[*net.OpError](err); ok {
			return reason.New(reason.PortBusy, fmt.Errorf("port of %s: %w", purpose, err), "port", strconv.Itoa(number))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
