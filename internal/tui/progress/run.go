package progress

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"

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
// work's error. Ctrl-C cancels the work's context; a second Ctrl-C returns
// reason INTERRUPTED without waiting for the work any longer.
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
	if _, err := program.Run(); err != nil {
		stop()
		if errors.Is(err, tea.ErrInterrupted) {
			return reason.New(reason.Interrupt, err)
		}
		return errors.Join(<-worked, fmt.Errorf("showing progress: %w", err))
	}
	return <-worked
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
		tea.WithOutput(o.Out), tea.WithInput(o.In), tea.WithEnvironment(o.Environ), tea.WithoutSignalHandler(),
	}
	if o.Look.Width > 0 && o.Look.Height > 0 {
		chosen = append(chosen, tea.WithWindowSize(o.Look.Width, o.Look.Height))
	}
	if !o.Look.Color {
		chosen = append(chosen, tea.WithColorProfile(colorprofile.ASCII))
	}
	return chosen
}
