// Package cli owns the command line of labctl: commands, flags, help, the faces
// of progress and the printing of errors. It must not decide anything a test
// could not reach without a terminal, and it is the only place, besides main,
// that touches the process: arguments, environment, streams, signals.
package cli

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/labctl-dev/labctl/internal/cli/env"
	"github.com/labctl-dev/labctl/internal/cli/logfile"
	"github.com/labctl-dev/labctl/internal/cli/program"
	"github.com/labctl-dev/labctl/internal/reason"
)

// Main runs labctl with args, which do not hold the program's name, and
// returns its exit code.
func Main(args []string, in, out, errs *os.File) int {
	e := FromOS(args, in, out, errs)
	e.Provider = providers(e)
	return Run(e, args)
}

// Run runs labctl in e. The first Ctrl-C cancels what is going on; the second
// ends the process at once.
func Run(e *env.Env, args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	defer context.AfterFunc(ctx, stop)()
	log, closer := logfile.New(e.State.Logs(), logLevel(e, args))
	defer func() { _ = closer.Close() }()
	if e.StateErr == nil {
		e.Log = log
	}
	return execute(ctx, e, args)
}

func execute(ctx context.Context, e *env.Env, args []string) (code int) {
	command := newRoot(e, args) //nolint:contextcheck // a command gets its context when it runs
	defer func() {
		if met := recover(); met != nil {
			code = report(e, panicked(e, met))
		}
	}()
	command.SetArgs(args)
	used, err := command.ExecuteContextC(ctx)
	if used != nil && flagGiven(used, "json") {
		e.JSON = true
	}
	var exited *program.ExitError
	switch {
	case err == nil:
		return int(reason.OK)
	case errors.As(err, &exited):
		return exited.Code
	case ctx.Err() != nil:
		e.Log.Info("interrupted", "command", used.CommandPath(), "error", err)
		return report(e, reason.New(reason.Interrupt, err))
	}
	e.Log.Error("command failed", "command", used.CommandPath(), "error", err)
	return report(e, err)
}

func flagGiven(command *cobra.Command, name string) bool {
	flag := command.Flags().Lookup(name)
	return flag != nil && flag.Changed && flag.Value.String() == "true"
}
