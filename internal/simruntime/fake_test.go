package simruntime

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing/fstest"

	"github.com/labctl-dev/labctl/internal/simruntime/images"
	"github.com/labctl-dev/labctl/internal/simruntime/process"
)

const (
	fakeMemory = 8 << 20
	fakeSize   = 50 << 20
)

// fakeImages is a catalogue of two images whose programs are below.
func fakeImages(ref string) (*image, error) {
	for _, name := range []string{"tool", "pause"} {
		id := "sha256:" + strings.Repeat(strconv.Itoa(len(name)), 64)
		full := "docker.io/library/" + name + ":latest"
		switch ref {
		case name, name + ":latest", full, "docker.io/library/" + name + "@sha256:d1", id:
			return &image{
				ID: id, Digest: "sha256:d1", Refs: []string{full}, Size: fakeSize, MemoryBytes: fakeMemory,
				Config: images.Config{
					Entrypoint: []string{"wait"}, Env: []string{"FROM=image", "PATH=/bin"}, StopSignal: "SIGQUIT", User: "101:101",
				},
				program: fakeProgram{},
			}, nil
		}
	}
	return nil, &images.NotFoundError{Ref: ref, Hint: "add an entry to images.yaml"}
}

type fakeProgram struct{}

func (fakeProgram) Layer() fs.FS {
	return fstest.MapFS{
		"bin/tool":   {Data: []byte("#!tool"), Mode: 0o755},
		"etc/motd":   {Data: []byte("welcome\n"), Mode: 0o644},
		"etc/passwd": {Data: []byte("root:x:0:0::/root:/bin/sh\n"), Mode: 0o644},
	}
}

func (fakeProgram) commands() map[string]process.Program {
	return map[string]process.Program{
		"wait": waitForSignal, "stubborn": ignoreSignals, "echo": echo, "exit": exitWith, "cat": cat, "crash": crash,
		"env": printEnv, "write": writeFile, "read": readFile, "listen": listenAndAnswer, "fetch": fetch,
		"size": printSize, "ps": ps, "kill": kill, "stderr": complain, "pwd": pwd,
	}
}

func (p fakeProgram) ResolveIn(_ process.FS, _, argv0 string, _ []string) error {
	if _, ok := p.commands()[argv0]; !ok {
		return fmt.Errorf("exec: %q: executable file not found in $PATH", argv0)
	}
	return nil
}

func (p fakeProgram) Run(ctx context.Context, proc *process.Process) int {
	return p.commands()[proc.Args[0]](ctx, proc)
}

func waitForSignal(ctx context.Context, p *process.Process) int {
	fmt.Fprintln(p.Stdout, "started")
	select {
	case sig := <-p.Signals:
		fmt.Fprintf(p.Stdout, "signal %d\n", int(sig))
		if sig == syscall.SIGQUIT {
			return 0
		}
		return 128 + int(sig)
	case <-ctx.Done():
		return 1
	}
}

func ignoreSignals(ctx context.Context, _ *process.Process) int {
	<-ctx.Done()
	return 0
}

func echo(_ context.Context, p *process.Process) int {
	fmt.Fprintln(p.Stdout, strings.Join(p.Args[1:], " "))
	return 0
}

func complain(_ context.Context, p *process.Process) int {
	fmt.Fprintln(p.Stderr, strings.Join(p.Args[1:], " "))
	return 0
}

func exitWith(_ context.Context, p *process.Process) int {
	code, _ := strconv.Atoi(p.Args[1])
	return code
}

func cat(_ context.Context, p *process.Process) int {
	if _, err := io.Copy(p.Stdout, p.Stdin); err != nil {
		return 1
	}
	return 0
}

func crash(context.Context, *process.Process) int { panic("boom") }

func printEnv(_ context.Context, p *process.Process) int {
	fmt.Fprintln(p.Stdout, strings.Join(p.Env, "\n"))
	return 0
}

func pwd(_ context.Context, p *process.Process) int {
	fmt.Fprintln(p.Stdout, p.Dir, p.Hostname, p.Net.IP())
	return 0
}

func writeFile(_ context.Context, p *process.Process) int {
	f, err := p.FS.OpenFile(p.Args[1], os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o644)
	if err != nil {
		fmt.Fprintln(p.Stderr, err)
		return 1
	}
	_, _ = io.WriteString(f, p.Args[2])
	_ = f.Close()
	return 0
}

func readFile(_ context.Context, p *process.Process) int {
	f, err := p.FS.OpenFile(p.Args[1], os.O_RDONLY, 0)
	if err != nil {
		fmt.Fprintln(p.Stderr, err)
		return 1
	}
	defer f.Close()
	_, _ = io.Copy(p.Stdout, f)
	return 0
}

// listenAndAnswer upper-cases one line of every connection.
func listenAndAnswer(ctx context.Context, p *process.Process) int {
	port, _ := strconv.Atoi(p.Args[1])
	l, err := p.Net.Listen(ctx, port)
	if err != nil {
		fmt.Fprintln(p.Stderr, err)
		return 1
	}
	fmt.Fprintln(p.Stdout, "listening")
	for {
		conn, err := l.Accept()
		if err != nil {
			return 0
		}
		line, _ := bufio.NewReader(conn).ReadString('\n')
		_, _ = io.WriteString(conn, strings.ToUpper(line))
		_ = conn.Close()
		if ctx.Err() != nil {
			return 0
		}
	}
}

func fetch(ctx context.Context, p *process.Process) int {
	conn, err := p.Net.DialContext(ctx, "tcp", p.Args[1])
	if err != nil {
		fmt.Fprintln(p.Stderr, err)
		return 1
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, "hello\n")
	_, _ = io.Copy(p.Stdout, conn)
	return 0
}

func printSize(ctx context.Context, p *process.Process) int {
	select {
	case size := <-p.Resize:
		fmt.Fprintf(p.Stdout, "%dx%d tty=%v\n", size.Width, size.Height, p.TTY)
		return 0
	case <-ctx.Done():
		return 1
	}
}

func ps(_ context.Context, p *process.Process) int {
	for _, info := range p.Host.Processes() {
		fmt.Fprintln(p.Stdout, info.PID, strings.Join(info.Args, " "))
	}
	return 0
}

func kill(_ context.Context, p *process.Process) int {
	sig, _ := strconv.Atoi(p.Args[1])
	pid, _ := strconv.Atoi(p.Args[2])
	if err := p.Host.Signal(pid, syscall.Signal(sig)); err != nil {
		fmt.Fprintln(p.Stderr, err)
		return 1
	}
	return 0
}
