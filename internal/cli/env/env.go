// Package env owns what a command may use of the world around it: streams,
// terminal, language, environment, places and the providers. It is the one
// place where tests put something else. It must not hold behaviour.
package env

import (
	"io"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/labctl-dev/labctl/internal/i18n"
	"github.com/labctl-dev/labctl/internal/statedir"
	"github.com/labctl-dev/labctl/provision"
)

// Env is handed to every command. Nothing below internal/cli reads os.Args,
// environment variables or the standard streams.
type Env struct {
	Stdin  io.Reader
	Stdout io.Writer // results only
	Stderr io.Writer // progress, advice and errors

	StdoutTTY bool // Stdout is a terminal
	StderrTTY bool // Stderr is a terminal
	StdinTTY  bool // Stdin is a terminal: questions can be asked
	Width     int  // columns of the terminal; 80 where there is none
	Height    int  // rows of the terminal; 24 where there is none
	Color     bool // colour is wanted (terminal, no NO_COLOR, TERM not dumb)
	Lang      i18n.Lang

	JSON    bool   // results, progress and errors as JSON (--output json)
	LabName string // the lab meant (--lab), not yet checked

	Getenv  func(string) string
	Environ func() []string
	Now     func() time.Time
	State   statedir.Root
	// StateErr says why there is no State; commands that keep nothing still work.
	StateErr error
	Log      hclog.Logger // for maintainers; to a file, never to the screen

	// Executable returns the path of the running labctl.
	Executable func() (string, error)
	// Up is what `labctl up` asks of the provider it is about to make.
	Up Up
	// Provider returns the provider of that name ("embedded").
	Provider func(name string) (provision.Provider, error)
}

// Up holds the wishes of `labctl up` that are the provider's to grant.
type Up struct {
	NewPorts bool          // choose other ports if the lab's own are taken
	Timeout  time.Duration // of the whole Up; 0 is the provider's own
}

// Lab returns the lab the command is about, or reason LAB_NAME.
func (e *Env) Lab() (provision.Lab, error) { return e.State.Lab(e.LabName) }
