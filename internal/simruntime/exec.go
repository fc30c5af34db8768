package simruntime

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	remote "k8s.io/cri-client/pkg"
	utilexec "k8s.io/utils/exec"

	"github.com/labctl-dev/labctl/internal/simruntime/process"
)

// maxExecOutput is how much of each stream ExecSync returns; the rest is
// dropped, as containerd does.
const maxExecOutput = 16 << 20

// execution is one process to run in a container. Streams may be nil.
type execution struct {
	argv   []string
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
	tty    bool
	resize <-chan process.Size
}

// ExecSync runs a program in a container. A non-zero exit is a
// utilexec.CodeExitError, a timeout is the CRI client's ErrCommandTimedOut; a
// timeout of 0 means none.
func (r *Runtime) ExecSync(ctx context.Context, id string, cmd []string, timeout time.Duration) (stdout, stderr []byte, err error) {
	callCtx := ctx
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	var out, errs limited
	code, err := r.exec(ctx, id, execution{argv: cmd, stdout: &out, stderr: &errs})
	switch {
	case err != nil:
		return nil, nil, err
	case callCtx.Err() != nil:
		return nil, nil, callCtx.Err()
	case ctx.Err() != nil:
		return nil, nil, fmt.Errorf("%w: %q timed out after %s", remote.ErrCommandTimedOut, strings.Join(cmd, " "), timeout)
	case code != 0:
		err = utilexec.CodeExitError{
			Err:  fmt.Errorf("command '%s' exited with %d: %s", strings.Join(cmd, " "), code, errs.buf.Bytes()),
			Code: code,
		}
	}
	return out.buf.Bytes(), errs.buf.Bytes(), err
}

// exec runs a process in a running container until it ends, ctx ends or the
// container does. An error means that it did not start.
func (r *Runtime) exec(ctx context.Context, id string, e execution) (int, error) {
	if len(e.argv) == 0 {
		return 0, status.Error(codes.InvalidArgument, "no command to execute")
	}
	t, done, err := r.enter(id)
	if err != nil {
		return 0, err
	}
	defer done()
	program, err := r.program(t, e.argv)
	if err != nil {
		return 0, execError(newID(), err)
	}
	p, ctx := t.procs.start(ctx, e.argv)
	defer t.procs.leave(p)
	network := t.pod.Open()
	defer func() {
		_ = network.Close() // never fails
		t.usage.add(network.Usage())
	}()
	in := closedStdin()
	if e.stdin != nil {
		in = newStdin()
		go pump(in, e.stdin)
	}
	unblock := context.AfterFunc(ctx, func() { _, _ = in.Close(), network.Close() })
	defer unblock()
	defer func() { _ = in.Close() }()
	out, errs := t.execWriter(e.stdout), t.execWriter(e.stderr)
	if e.tty {
		errs = out
	}
	described := t.process(p, network, in, out, errs, e.tty, e.resize)
	return r.runProgram(ctx, program, described), nil
}

// enter counts an exec into a running container, so that its file system stays
// open; done ends that.
func (r *Runtime) enter(id string) (t *task, done func(), err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, err := r.container(id)
	if err != nil {
		return nil, nil, err
	}
	if c.task == nil || r.closed {
		return nil, nil, notRunning(c)
	}
	t = c.task
	t.execs.Add(1)
	r.tasks.Add(1)
	t.usage.execs.Add(1)
	return t, func() { t.execs.Done(); r.tasks.Done() }, nil
}

// program finds what argv runs: the reserved probe comes before the image.
func (r *Runtime) program(t *task, argv []string) (process.Program, error) {
	if argv[0] == ProbeCommand && r.cfg.Probe != nil {
		return r.cfg.Probe, nil
	}
	if err := t.image.ResolveIn(t.fs, t.dir, argv[0], t.env); err != nil {
		return nil, err
	}
	return t.image.Run, nil
}

func (t *task) execWriter(w io.Writer) io.Writer {
	if w == nil {
		w = io.Discard
	}
	return countingWriter{w, t.usage}
}

type countingWriter struct {
	io.Writer
	usage *usage
}

func (w countingWriter) Write(p []byte) (int, error) {
	w.usage.output.Add(uint64(len(p)))
	return w.Writer.Write(p)
}

// pump ends when the client's stream ends, which the streaming server sees to
// once the process is over.
func pump(in *stdin, from io.Reader) {
	_, _ = io.Copy(in, from) // either end may go first
	_ = in.Close()
}

// limited keeps the first maxExecOutput bytes.
type limited struct{ buf bytes.Buffer }

func (l *limited) Write(p []byte) (int, error) {
	if room := maxExecOutput - l.buf.Len(); room > 0 {
		l.buf.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}
