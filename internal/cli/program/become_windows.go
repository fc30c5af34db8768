package program

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
)

// Become runs the program on this process's own standard streams and returns
// Exited with its exit code. Windows has no way to replace a process; Ctrl-C
// reaches both, and labctl waits for the program to answer it.
func Become(_ context.Context, s Spec) error {
	command := exec.Command(s.Path, s.Args...) //nolint:noctx // ends by itself: the user is in it
	command.Env = s.Env
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := command.Run()
	var failed *exec.ExitError
	switch {
	case err == nil:
		return &ExitError{}
	case errors.As(err, &failed):
		return &ExitError{Code: failed.ExitCode()}
	default:
		return fmt.Errorf("starting %s: %w", s.Path, err)
	}
}
