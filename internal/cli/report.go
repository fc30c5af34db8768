package cli

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/labctl-dev/labctl/internal/cli/env"
	"github.com/labctl-dev/labctl/internal/cli/face"
	"github.com/labctl-dev/labctl/internal/cli/logfile"
	"github.com/labctl-dev/labctl/internal/i18n"
	"github.com/labctl-dev/labctl/internal/reason"
)

// failure is the JSON form of an error; docs/reference/exit-codes.md names it.
type failure struct {
	ID     reason.ID   `json:"id"`
	Exit   reason.Exit `json:"exit"`
	What   string      `json:"what"`
	Fix    string      `json:"fix"`
	Detail string      `json:"detail,omitempty"` // the technical cause, English
}

// report is the one place that tells the user about an error. It returns the
// exit code.
func report(e *env.Env, err error) int {
	known := reason.Of(err)
	said := failure{ID: known.Reason.ID, Exit: known.Reason.Exit, What: known.What(e.Lang), Fix: known.Fix(e.Lang)}
	if known.Err != nil {
		said.Detail = logfile.Redact(known.Err.Error())
	}
	if e.JSON {
		_ = face.Line(e.Stderr, "error", said)
		return int(said.Exit)
	}
	var text strings.Builder
	fmt.Fprintf(&text, "labctl: %s\n", said.What)
	if said.ID == reason.Internal && said.Detail != "" {
		fmt.Fprintf(&text, "  (%s)\n", said.Detail)
	}
	fmt.Fprintf(&text, "  → %s\n", said.Fix)
	if said.ID == reason.Internal && e.StateErr == nil {
		path := filepath.Join(e.State.Logs(), logfile.Name)
		fmt.Fprintf(&text, i18n.Text{KO: "  → 자세한 기록: %s\n", EN: "  → The log: %s\n"}.In(e.Lang), path)
	}
	_, _ = e.Stderr.Write([]byte(text.String()))
	return int(said.Exit)
}

// panicked keeps the stack in the log and off the screen.
func panicked(e *env.Env, met any) error {
	e.Log.Error("panic", "value", fmt.Sprint(met), "stack", string(debug.Stack()))
	return reason.New(reason.Internal, fmt.Errorf("panic: %v", met))
}

// usage is reason USAGE for the command named help, "" for the root.
func usage(e *env.Env, help string, format i18n.Text, args ...any) error {
	detail := fmt.Sprintf(format.In(e.Lang), args...)
	return reason.New(reason.UsageWrong, errors.New(detail), "detail", detail, "help", strings.TrimSpace("labctl help "+help))
}
