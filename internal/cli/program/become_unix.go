//go:build unix

package program

import (
	"context"
	"fmt"
	"syscall"
)

// Become replaces this process by the program, so that signals, job control
// and the exit code are exactly the program's own. It returns only on failure.
func Become(_ context.Context, s Spec) error {
	return fmt.Errorf("starting %s: %w", s.Path, syscall.Exec(s.Path, append([]string{s.Path}, s.Args...), s.Env))
}
