package plane

import "io"

// The values of the environment variable LABCTL_LIFELINE.
const (
	Tied = "stdin" // standard input is a lifeline
	Held = "held"  // besides, nothing begins before a byte has come on it
)

// Lifeline ends the process when its supervisor is gone: stdin is a pipe only
// the supervisor holds, so its end of file means that nobody is there to stop us
// later. This works on every operating system and after kill -9; no component
// of an embedded lab can outlive its supervisor. A held process comes back from
// here when its supervisor lets it go.
func Lifeline(stdin io.Reader, held bool, exit func(code int)) {
	if held {
		if _, err := io.ReadFull(stdin, make([]byte, 1)); err != nil {
			exit(1)
			return
		}
	}
	go func() {
		_, _ = io.Copy(io.Discard, stdin)
		exit(1)
	}()
}
