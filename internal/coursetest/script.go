package coursetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"

	"github.com/labctl-dev/labctl/internal/check"
	"github.com/labctl-dev/labctl/internal/execx"
)

const maxOutput = 64 << 10 // bytes of a script's output that are kept

// answers is what scripts hand in.
type answers struct {
	mu    sync.Mutex
	given map[string]string
}

func newAnswers() *answers { return &answers{given: map[string]string{}} }

// Answer implements check.Answers.
func (a *answers) Answer(step string) (string, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	value, ok := a.given[step]
	return value, ok
}

func (a *answers) set(step, value string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.given[step] = value
}

// script runs one of the lesson's scripts in a copy of the lesson's folder. It
// knows `kubectl`, `labctl answer` and `curl URL`, and no program of this
// computer.
func (p *proof) script(ctx context.Context, name string, given *answers) (string, error) {
	source, err := p.lesson.File(name)
	if err != nil {
		return "", fmt.Errorf("reading the script: %w", err)
	}
	file, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(bytes.NewReader(source), name)
	if err != nil {
		return "", fmt.Errorf("parsing the script: %w", err)
	}
	dir, err := os.MkdirTemp("", "labctl-proof-")
	if err != nil {
		return "", fmt.Errorf("making a working directory: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := os.CopyFS(dir, p.lesson.Files()); err != nil {
		return "", fmt.Errorf("copying the lesson: %w", err)
	}
	output := &limited{}
	host := &host{lab: p.lab, lesson: p.lesson.ID, dir: dir, answers: given}
	runner, err := interp.New(
		interp.Dir(dir), interp.Params("-e"), interp.StdIO(nil, output, output),
		interp.Env(expand.ListEnviron("HOME="+dir, "PATH=")),
		interp.ExecHandlers(func(interp.ExecHandlerFunc) interp.ExecHandlerFunc { return host.exec }),
		interp.OpenHandler(host.open),
	)
	if err != nil {
		return "", fmt.Errorf("preparing the shell: %w", err)
	}
	if err := runner.Run(ctx, file); err != nil {
		return output.String(), fmt.Errorf("running %s: %w", name, err)
	}
	return output.String(), nil
}

// host is all a script can reach.
type host struct {
	lab     Lab
	lesson  string
	dir     string
	answers *answers
}

func (h *host) exec(ctx context.Context, args []string) error {
	in := interp.HandlerCtx(ctx)
	switch {
	case args[0] == "kubectl":
		return h.kubectl(ctx, in, args[1:])
	case args[0] == "curl" && len(args) == 2:
		return h.curl(ctx, in, args[1])
	case len(args) == 5 && args[0] == "labctl" && args[1] == "answer" && args[2] == h.lesson:
		h.answers.set(args[3], args[4])
		return nil
	}
	_, _ = fmt.Fprintf(in.Stderr, "%s: a script of a course may use kubectl, labctl answer %s STEP VALUE and curl URL only\n", strings.Join(args, " "), h.lesson)
	return interp.ExitStatus(127)
}

func (h *host) kubectl(ctx context.Context, in interp.HandlerContext, args []string) error {
	err := execx.Run(ctx, execx.Cmd{
		Path: h.lab.Kubectl[0], Args: append(append([]string{}, h.lab.Kubectl[1:]...), args...),
		Dir: in.Dir, Env: h.lab.Env, Stdin: in.Stdin, Stdout: in.Stdout, Stderr: in.Stderr,
	})
	var run *execx.RunError
	if errors.As(err, &run) && run.ExitCode > 0 && run.ExitCode < 256 {
		return interp.ExitStatus(uint8(run.ExitCode))
	}
	return err
}

func (h *host) curl(ctx context.Context, in interp.HandlerContext, address string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		_, _ = fmt.Fprintf(in.Stderr, "curl: %v\n", err)
		return interp.ExitStatus(3)
	}
	client := &http.Client{Transport: &http.Transport{DialContext: dial(h.lab.Dialer), DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		_, _ = fmt.Fprintf(in.Stderr, "curl: %v\n", err)
		return interp.ExitStatus(7)
	}
	defer func() { _ = response.Body.Close() }()
	if _, err := io.Copy(in.Stdout, io.LimitReader(response.Body, maxOutput)); err != nil {
		return interp.ExitStatus(56)
	}
	return nil
}

// open lets redirections touch the working directory only.
func (h *host) open(ctx context.Context, path string, flag int, perm os.FileMode) (io.ReadWriteCloser, error) {
	if path == os.DevNull || path == "/dev/null" {
		return interp.DefaultOpenHandler()(ctx, os.DevNull, flag, perm)
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(interp.HandlerCtx(ctx).Dir, path)
	}
	inside, err := filepath.Rel(h.dir, path)
	if err != nil || !filepath.IsLocal(inside) {
		return nil, &os.PathError{Op: "open", Path: path, Err: fs.ErrPermission}
	}
	return interp.DefaultOpenHandler()(ctx, path, flag, perm)
}

// limited keeps the beginning of what is written; it is safe for concurrent use.
type limited struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write keeps what still fits and never fails.
func (l *limited) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.buf.Write(p[:min(len(p), max(0, maxOutput-l.buf.Len()))])
	return len(p), nil
}

func (l *limited) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

var _ check.Answers = (*answers)(nil)

// dial is the lab's dialer, or one that says there is none.
func dial(dialer check.Dialer) func(context.Context, string, string) (net.Conn, error) {
	if dialer != nil {
		return dialer.DialContext
	}
	return func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("this lab gives no way into its network")
	}
}
