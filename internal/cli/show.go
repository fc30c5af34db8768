package cli

import (
	"context"
	"io"

	"github.com/labctl-dev/labctl/internal/cli/env"
	"github.com/labctl-dev/labctl/internal/cli/face"
	"github.com/labctl-dev/labctl/internal/event"
	"github.com/labctl-dev/labctl/internal/tui/progress"
)

// show does work behind the face this call wants: JSON lines on standard
// output, a live view on a terminal, else lines of text on standard error. The
// events go to the log too.
func show(ctx context.Context, e *env.Env, verb, lab string, work func(context.Context, event.Sink) error) error {
	logged := func(ctx context.Context, sink event.Sink) error {
		return work(ctx, event.Func(func(ev event.Event) {
			if ev.Time.IsZero() {
				ev.Time = e.Now()
			}
			e.Log.Debug("event", "verb", ev.Verb, "kind", ev.Kind, "subject", ev.Subject, "state", ev.State, "detail", ev.Detail)
			sink.Emit(ev)
		}))
	}
	switch {
	case e.JSON:
		return logged(ctx, face.JSON(e.Stdout))
	case e.StderrTTY && e.Getenv("TERM") != "dumb":
		return progress.Run(ctx, liveOptions(e, verb, lab), logged)
	default:
		return logged(ctx, face.Text(e.Stderr, e.Lang))
	}
}

func liveOptions(e *env.Env, verb, lab string) progress.Options {
	var in io.Reader
	if e.StdinTTY {
		in = e.Stdin
	}
	return progress.Options{
		In: in, Out: e.Stderr, Environ: e.Environ(),
		Look: progress.Look{
			Verb: verb, Lab: lab, Lang: e.Lang, Color: e.Color,
			Width: e.Width, Height: e.Height, Began: e.Now(),
		},
	}
}
