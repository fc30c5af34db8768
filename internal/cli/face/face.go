// Package face owns how the stream of events looks where there is no live view:
// lines of text and lines of JSON. It must not start work or decide an exit code.
package face

import (
	"encoding/json"
	"fmt"
	"io"
	"sync"

	"github.com/charmbracelet/x/ansi"

	"github.com/labctl-dev/labctl/internal/event"
	"github.com/labctl-dev/labctl/internal/i18n"
	"github.com/labctl-dev/labctl/internal/tui/progress"
)

// titleColumn is where the elapsed time of a finished step stands.
const titleColumn = 36

// Text returns a sink that writes one line for each finished step, and for
// each component or node that failed, to w.
func Text(w io.Writer, l i18n.Lang) event.Sink {
	var lock sync.Mutex
	seen := map[string]event.State{}
	return event.Func(func(e event.Event) {
		lock.Lock()
		defer lock.Unlock()
		key := string(e.Kind) + "/" + e.Subject
		if seen[key] == e.State {
			return
		}
		seen[key] = e.State
		if line, ok := textLine(e, l); ok {
			// The screen may be gone (closed pipe); the work goes on and the log has it.
			_, _ = io.WriteString(w, line+"\n")
		}
	})
}

// detailColumns bounds what a component says of its own end; the whole of it
// stands in `labctl logs`.
const detailColumns = 100

func textLine(e event.Event, l i18n.Lang) (string, bool) {
	finished := e.State == event.Done || e.State == event.Skipped || e.State == event.Failed
	if !finished || (e.Kind != event.Step && e.State != event.Failed) {
		return "", false
	}
	title := progress.Title(e.Kind, e.Subject, l)
	for ansi.StringWidth(title) < titleColumn {
		title += " "
	}
	line := fmt.Sprintf("%s %s %6s", progress.Mark(e.State), title, progress.Duration(e.Elapsed))
	if e.State != event.Done {
		line += "  " + progress.Words(e.State).In(l)
	}
	// Why a step failed is said once, in the reader's language, by the error below it.
	if e.Detail != "" && (e.Kind != event.Step || e.State != event.Failed) {
		line += "  " + ansi.Truncate(e.Detail, detailColumns, "…")
	}
	return line, true
}

// JSON returns a sink that writes every event as one line {"event":{…}} to w.
// The fields are those of event.Event; elapsed is in nanoseconds.
func JSON(w io.Writer) event.Sink {
	var lock sync.Mutex
	return event.Func(func(e event.Event) {
		lock.Lock()
		defer lock.Unlock()
		_ = Line(w, "event", e)
	})
}

// Line writes {"<key>":<value>} and a newline to w in one write. The keys are
// "event", "result" and "error".
func Line(w io.Writer, key string, value any) error {
	data, err := json.Marshal(map[string]any{key: value})
	if err != nil {
		return fmt.Errorf("encoding %s: %w", key, err)
	}
	_, err = w.Write(append(data, '\n'))
	return err
}
