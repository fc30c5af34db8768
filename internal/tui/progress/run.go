package progress

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/labctl-dev/labctl/internal/event"
	"github.com/labctl-dev/labctl/internal/reason"
)

// Options says where and how a live view runs.
type Options struct {
	In      io.Reader // the keyboard; nil where it is no terminal
	Out     io.Writer // the terminal
	Environ []string  // as os.Environ
	Look    Look      // Verb, Lab, Lang, Color, Width, Height and Began
}

// Run does work while it shows the events the work emits, and returns the
// work's error. Ctrl-C cancels the work's context and makes its error reason
// INTERRUPTED; a second Ctrl-C returns without waiting for the work any longer.
func Run(ctx context.Context, o Options, work func(context.Context, event.Sink) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	o.Look.Now = o.Look.Began
	program := tea.NewProgram(model{look: o.Look, stop: stop}, options(o)...)
	unwatch := context.AfterFunc(ctx, func() { program.Send(cancelMsg{}) })
	defer unwatch()

	worked := make(chan error, 1)
	go func() {
		defer program.Send(doneMsg{})
		worked <- guarded(ctx, program, work)
	}()
	last, err := program.Run()
	if err != nil {
		stop()
		if errors.Is(err, tea.ErrInterrupted) {
			_, _ = io.WriteString(o.Out, "\n") // the last frame stays as it is; go on below it
			return reason.New(reason.Interrupt, err)
		}
		return errors.Join(<-worked, fmt.Errorf("showing progress: %w", err))
	}
	err = <-worked
	if end, ok := last.(model); ok && end.pressed && err != nil {
		return reason.New(reason.Interrupt, err)
	}
	return err
}

// guarded turns a panic of the work into an error: it would otherwise end the
// process from a goroutine, with the terminal still in raw mode.
func guarded(ctx context.Context, program *tea.Program, work func(context.Context, event.Sink) error) (err error) {
	defer func() {
		if met := recover(); met != nil {
			err = fmt.Errorf("panic: %v\n%s", met, debug.Stack())
		}
	}()
	return work(ctx, event.Func(func(e event.Event) { program.Send(eventMsg(e)) }))
}

func options(o Options) []tea.ProgramOption {
	chosen := []tea.ProgramOption{
		tea.WithOutput(o.Out), tea.WithInput(o.In), tea.WithEnvironment(unasked(o.Environ)), tea.WithoutSignalHandler(),
	}
	if o.Look.Width > 0 && o.Look.Height > 0 {
		chosen = append(chosen, tea.WithWindowSize(o.Look.Width, o.Look.Height))
	}
	if !o.Look.Color {
		chosen = append(chosen, tea.WithColorProfile(colorprofile.ASCII))
	}
	return chosen
}

// unasked returns an environment from which Bubble Tea concludes that it need
// not ask the terminal what it can do (tea.go, shouldQuerySynchronizedOutput).
// Where nothing is left to do the view ends before the terminal has answered,
// and the answer would be typed into the user's shell.
func unasked(environ []string) []string {
	quiet := []string{"SSH_TTY=unasked"}
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		switch name {
		case "SSH_TTY", "WT_SESSION":
			continue
		case "TERM":
			if value != "" && value != "dumb" {
				entry = "TERM=xterm-256color" // the view uses the 16 colours every terminal has
			}
		}
		quiet = append(quiet, entry)
	}
	return quiet
}
