package plane

import (
	"io"
)

// Lifeline ends the process when its supervisor is gone: stdin is a pipe only
// the supervisor holds, so its end of file means that nobody is there to stop us
// later. This works on every operating system and after kill -9; no component
// of an embedded lab can outlive its supervisor.
func Lifeline(stdin io.Reader, exit func(code int)) {
	go func() {
		_, _ = io.Copy(io.Discard, stdin)
		exit(1)
	}()
}
