package simruntime

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"

	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
	"k8s.io/cri-streaming/pkg/streaming"
	"k8s.io/cri-streaming/pkg/streaming/remotecommand"
	utilexec "k8s.io/utils/exec"

	"github.com/labctl-dev/labctl/internal/simruntime/process"
)

// streamServer serves exec, attach and port-forward on a port of the loopback
// interface. Each URL it hands out works once, for a minute: the token in it is
// what keeps other users of the computer out.
type streamServer struct {
	streaming.Server
	http   *http.Server
	conns  *streamListener
	served chan error
	cancel context.CancelFunc
}

func startStreams(r *Runtime) (*streamServer, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // looks up no name, so never waits
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	config := streaming.DefaultConfig
	config.Addr = listener.Addr().String()
	config.BaseURL = &url.URL{Scheme: "http", Host: config.Addr}
	server, err := streaming.NewServer(config, streamRuntime{runtime: r, closed: ctx.Done()})
	if err != nil {
		cancel()
		return nil, errors.Join(err, listener.Close())
	}
	s := &streamServer{
		Server: server, conns: newStreamListener(listener), served: make(chan error, 1), cancel: cancel,
		// Streams last as long as their users like; only the request has a limit.
		http: &http.Server{Handler: server, ReadHeaderTimeout: config.StreamCreationTimeout},
	}
	go func() { s.served <- s.http.Serve(s.conns) }()
	return s, nil
}

func (s *streamServer) close() error {
	s.cancel()
	err := s.http.Close()
	if served := <-s.served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	s.conns.closeAll()
	return err
}

// Exec returns the URL of a stream that runs a program.
func (r *Runtime) Exec(_ context.Context, req *runtimeapi.ExecRequest) (*runtimeapi.ExecResponse, error) {
	if _, err := r.running(req.GetContainerId()); err != nil {
		return nil, err
	}
	return r.stream.GetExec(req)
}

// Attach returns the URL of a stream to a container's main process.
func (r *Runtime) Attach(_ context.Context, req *runtimeapi.AttachRequest) (*runtimeapi.AttachResponse, error) {
	if _, err := r.running(req.GetContainerId()); err != nil {
		return nil, err
	}
	return r.stream.GetAttach(req)
}

// streamRuntime is what the streaming server calls.
type streamRuntime struct {
	runtime *Runtime
	closed  <-chan struct{}
}

var _ streaming.Runtime = streamRuntime{}

// Exec runs a program with a client's streams.
func (s streamRuntime) Exec(ctx context.Context, id string, cmd []string, in io.Reader, out, errs io.WriteCloser, tty bool, resize <-chan remotecommand.TerminalSize) error {
	sizes, stop := forwardSizes(resize, make(chan process.Size, 1))
	defer stop()
	e := execution{argv: cmd, stdin: in, tty: tty, resize: sizes}
	if out != nil {
		e.stdout = out
	}
	if errs != nil {
		e.stderr = errs
	}
	code, err := s.runtime.exec(ctx, id, e)
	if err != nil {
		return err
	}
	if code != 0 {
		return utilexec.CodeExitError{Err: fmt.Errorf("command terminated with exit code %d", code), Code: code}
	}
	return nil
}

// Attach copies a container's streams until it ends or the client leaves.
func (s streamRuntime) Attach(_ context.Context, id string, in io.Reader, out, errs io.WriteCloser, _ bool, resize <-chan remotecommand.TerminalSize) error {
	t, err := s.runtime.running(id)
	if err != nil {
		return err
	}
	_, stop := forwardSizes(resize, t.resize)
	defer stop()
	var clients []*attachment
	var copies sync.WaitGroup
	attach := func(from *output, to io.Writer) {
		client := from.attach()
		clients = append(clients, client)
		copies.Go(func() { _ = client.copyTo(to) }) // a client that left is no error
	}
	if out != nil {
		attach(t.stdout, out)
	}
	if errs != nil {
		attach(t.stderr, errs)
	}
	if in != nil {
		go t.feed(in, clients)
	}
	copies.Wait()
	return nil
}

// feed copies a client's input. Its end closes the container's input if that was
// asked for (stdinOnce); otherwise the client leaves and the container goes on,
// as with containerd.
func (t *task) feed(in io.Reader, clients []*attachment) {
	_, _ = io.Copy(t.stdin, in) // either end may go first
	if t.stdinOnce && !t.tty {
		_ = t.stdin.Close() // never fails
		return
	}
	for _, c := range clients {
		c.leave()
	}
}

// forwardSizes passes terminal sizes on, dropping one nobody took when the next
// comes; stop ends it and waits.
func forwardSizes(from <-chan remotecommand.TerminalSize, to chan process.Size) (<-chan process.Size, func()) {
	stopped := make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		for {
			select {
			case size, ok := <-from:
				if !ok {
					return
				}
				select {
				case <-to:
				default:
				}
				select {
				case to <- process.Size{Width: size.Width, Height: size.Height}:
				case <-stopped:
					return
				}
			case <-stopped:
				return
			}
		}
	})
	return to, func() { close(stopped); done.Wait() }
}
