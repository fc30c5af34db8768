// Package supervisor owns the small process that keeps the components of one
// embedded lab running after the terminal is gone: it starts them in parallel,
// watches their health, restarts them and stops them in order. It must not know
// what the components are: that is all in its configuration.
package supervisor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/labctl-dev/labctl/internal/safefile"
	"github.com/labctl-dev/labctl/provision/embedded/component"
	"github.com/labctl-dev/labctl/provision/embedded/filelock"
)

// The names of the supervisor's own files in the lab's directory.
const (
	ConfigName = "supervisor.json"
	LockName   = "supervisor.lock" // held as long as the supervisor lives
	LogName    = "supervisor.log"  // in the log directory
)

// Config is the content of supervisor.json.
type Config struct {
	Lab        string                `json:"lab"`
	UID        string                `json:"uid"`    // of the lab's record
	Socket     string                `json:"socket"` // of the control API
	LogDir     string                `json:"logDir"`
	Components []component.Component `json:"components"`
}

// Save writes the configuration into the lab's directory.
func (c Config) Save(dir string) error {
	data, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding supervisor configuration: %w", err)
	}
	return safefile.Write(filepath.Join(dir, ConfigName), append(data, '\n'))
}

func load(dir string) (Config, error) {
	data, err := os.ReadFile(filepath.Join(dir, ConfigName)) //nolint:gosec // the lab's own file
	if err != nil {
		return Config{}, fmt.Errorf("reading supervisor configuration: %w", err)
	}
	var config Config
	if err := json.Unmarshal(data, &config); err != nil {
		return Config{}, fmt.Errorf("decoding supervisor configuration: %w", err)
	}
	return config, nil
}

// Main runs the supervisor of the lab in dir until ctx ends or it is told to
// stop, and returns once every component has ended. A second supervisor of the
// same lab fails at once.
func Main(ctx context.Context, dir string) error {
	config, err := load(dir)
	if err != nil {
		return err
	}
	lock, err := filelock.Acquire(filepath.Join(dir, LockName))
	if err != nil {
		return fmt.Errorf("starting supervisor: %w", err)
	}
	err = run(ctx, config)
	// The lock goes last: whoever gets it knows that nothing of us runs.
	return errors.Join(err, lock.Release())
}

func run(ctx context.Context, config Config) error {
	logs, err := openLogs(config.LogDir, config.Components)
	if err != nil {
		return err
	}
	defer logs.close()
	prober, err := newProber(config.Components)
	if err != nil {
		return err
	}
	launcher := newLauncher(logs)
	defer launcher.close()
	crew := newCrew(config.Components, launcher.start, prober.probe)
	server, err := listen(context.WithoutCancel(ctx), config, crew)
	if err != nil {
		return err
	}
	crew.start(ctx)
	select {
	case <-ctx.Done():
	case <-server.stopAsked:
	}
	crew.stop()
	return server.close(context.WithoutCancel(ctx))
}

// crew is all units of a lab.
type crew struct {
	board *board
	units map[string]*unit
	order []string
}

func newCrew(components []component.Component, start starter, probe probe) *crew {
	c := &crew{board: newBoard(components), units: map[string]*unit{}}
	for _, spec := range components {
		c.units[spec.Name] = &unit{spec: spec, board: c.board, start: start, probe: probe}
		c.order = append(c.order, spec.Name)
	}
	return c
}

func (c *crew) start(ctx context.Context) {
	for _, name := range c.order {
		c.units[name].Start(context.WithoutCancel(ctx))
	}
}

// stop ends every unit once those it must outlive have ended.
func (c *crew) stop() {
	c.board.setStopping()
	ended := map[string]chan struct{}{}
	for _, name := range c.order {
		ended[name] = make(chan struct{})
	}
	var group sync.WaitGroup
	for _, name := range c.order {
		group.Go(func() {
			defer close(ended[name])
			for _, before := range c.units[name].spec.StopAfter {
				if done, known := ended[before]; known {
					<-done
				}
			}
			c.units[name].Close()
		})
	}
	group.Wait()
}
