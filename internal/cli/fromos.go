package cli

import (
	"os"
	"strings"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/hashicorp/go-hclog"

	"github.com/labctl-dev/labctl/internal/cli/env"
	"github.com/labctl-dev/labctl/internal/cli/logfile"
	"github.com/labctl-dev/labctl/internal/i18n"
	"github.com/labctl-dev/labctl/internal/statedir"
)

// FromOS describes the process labctl runs in; Provider is left to the caller.
// Where there is no place for labctl's files, StateErr says why: commands that
// keep nothing still work.
func FromOS(args []string, in, out, errs *os.File) *env.Env {
	e := &env.Env{
		Stdin: in, Stdout: out, Stderr: errs,
		StdinTTY: term.IsTerminal(in.Fd()), StdoutTTY: term.IsTerminal(out.Fd()), StderrTTY: term.IsTerminal(errs.Fd()),
		Width: 80, Height: 24,
		LabName: statedir.DefaultLab,
		Getenv:  os.Getenv, Environ: os.Environ, Now: time.Now,
		Executable: os.Executable,
		Log:        hclog.NewNullLogger(),
	}
	if width, height, err := term.GetSize(errs.Fd()); err == nil && width > 0 && height > 0 {
		e.Width, e.Height = width, height
	}
	e.Color = e.StdoutTTY && e.StderrTTY && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	if name := os.Getenv("LABCTL_LAB"); name != "" {
		e.LabName = name
	}
	early := scan(args)
	e.Lang, e.JSON = i18n.Detect(os.Getenv), early.json
	if early.lang != "" {
		e.Lang = early.lang
	}
	e.State, e.StateErr = statedir.Find(os.Getenv)
	return e
}

// early is what must be known before the commands exist: help texts and flag
// errors are worded in the language, and errors shaped by the output.
type early struct {
	lang     i18n.Lang
	json     bool
	logLevel string
}

// scan looks for the global flags ahead of time. What follows `--`, `kubectl`
// or `__complete` is not labctl's own.
func scan(args []string) early {
	var found early
	for i, arg := range args {
		if arg == "--" || arg == "kubectl" || strings.HasPrefix(arg, "__") {
			break
		}
		name, value, joined := strings.Cut(arg, "=")
		if !joined && i+1 < len(args) {
			value = args[i+1]
		}
		switch {
		case name == "--lang" && (value == string(i18n.Korean) || value == string(i18n.English)):
			found.lang = i18n.Lang(value)
		case name == "--output" || name == "-o":
			found.json = value == outputJSON
		case arg == "--json":
			found.json = true
		case name == "--log-level":
			found.logLevel = value
		}
	}
	return found
}

func logLevel(e *env.Env, args []string) hclog.Level {
	for _, name := range []string{scan(args).logLevel, e.Getenv("LABCTL_LOG")} {
		if level, ok := logfile.Level(name); ok {
			return level
		}
	}
	return hclog.Info
}
