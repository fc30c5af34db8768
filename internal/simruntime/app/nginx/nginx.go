package nginx

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/labctl-dev/labctl/internal/simruntime/process"
)

const (
	// unknownVersion is shown by an image that does not set NGINX_VERSION.
	unknownVersion = "1.29.3"
	bindTries      = 5
	bindPause      = 500 * time.Millisecond
	pidFile        = "/run/nginx.pid"
	// gracePeriod bounds how long SIGQUIT waits for requests; the kubelet's own
	// grace period usually ends before.
	gracePeriod = 10 * time.Minute
)

// server is one running nginx.
type server struct {
	p         *process.Process
	file      string
	version   string
	now       func() time.Time
	variables *regexp.Regexp

	mu       sync.Mutex // guards the logs, requests and site
	site     *site
	requests int
	running  map[int]*http.Server
	served   sync.WaitGroup
}

// Program returns nginx: `nginx [-t] [-T] [-v] [-V] [-q] [-c FILE] [-g DIRECTIVES] [-s SIGNAL]`.
func Program() process.Program {
	return func(ctx context.Context, p *process.Process) int {
		s := &server{
			p: p, file: mainFile, version: versionOf(p.Env), now: func() time.Time { return time.Now().UTC() },
			variables: variable(), running: map[int]*http.Server{},
		}
		return s.main(ctx)
	}
}

func versionOf(env []string) string {
	version := unknownVersion
	for _, pair := range env {
		if v, ok := strings.CutPrefix(pair, "NGINX_VERSION="); ok && v != "" {
			version = v
		}
	}
	return version
}

func (s *server) main(ctx context.Context) int {
	test := false
	args := s.p.Args[1:]
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		switch arg {
		case "-v", "-V":
			return s.say(0, "nginx version: nginx/%s", s.version)
		case "-h", "-?":
			return s.say(0, "Usage: nginx [-?hvVtTq] [-s signal] [-c filename] [-g directives]")
		case "-t", "-T":
			test = true
		case "-q":
		case "-c", "-g", "-s", "-p", "-e":
			if len(args) == 0 {
				return s.say(1, "nginx: option \"%s\" requires an argument", arg)
			}
			if arg == "-c" {
				s.file = args[0]
			}
			if arg == "-s" {
				return s.tell(args[0])
			}
			args = args[1:]
		default:
			return s.say(1, "nginx: invalid option: \"%s\"", arg)
		}
	}
	return s.start(ctx, test)
}

func (s *server) say(code int, format string, args ...any) int {
	_, _ = fmt.Fprintf(s.p.Stderr, format+"\n", args...) // nobody is left to tell
	return code
}

// tell is `nginx -s`: a signal to the running nginx.
func (s *server) tell(what string) int {
	sig, ok := map[string]syscall.Signal{"stop": 15, "quit": 3, "reload": 1, "reopen": 10}[what]
	if !ok {
		return s.say(1, "nginx: invalid option: \"-s %s\"", what)
	}
	pid, err := s.readPID()
	if err == nil {
		err = s.p.Host.Signal(pid, sig)
	}
	if err != nil {
		return s.say(1, "nginx: [error] invalid PID number \"\" in \"%s\"", pidFile)
	}
	return 0
}

func (s *server) readPID() (int, error) {
	file, err := s.p.FS.OpenFile(pidFile, os.O_RDONLY, 0)
	if err != nil {
		return 0, err
	}
	data, err := io.ReadAll(io.LimitReader(file, 32))
	if err = errors.Join(err, file.Close()); err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(data)))
}

func (s *server) start(ctx context.Context, test bool) int {
	loaded, err := load(s.p.FS, s.file)
	if err != nil {
		code := s.say(1, "nginx: [emerg] %v", err)
		if test {
			s.say(1, "nginx: configuration file %s test failed", s.file)
		}
		return code
	}
	for _, warning := range loaded.warnings {
		s.say(0, "nginx: [warn] %s", warning)
	}
	if test {
		s.say(0, "nginx: the configuration file %s syntax is ok", s.file)
		return s.say(0, "nginx: configuration file %s test is successful", s.file)
	}
	s.site = loaded
	return s.serve(ctx)
}

func (s *server) current() *site {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.site
}

// serve runs the server until a signal or the end of ctx.
func (s *server) serve(ctx context.Context) int {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for _, port := range s.current().ports() {
		listener, err := s.bind(ctx, port)
		if err != nil {
			s.stop()
			return 1
		}
		s.open(port, listener)
	}
	defer s.served.Wait()
	s.writePID()
	s.logf("notice", s.p.PID, "using the \"epoll\" event method")
	s.logf("notice", s.p.PID, "nginx/%s", s.version)
	s.logf("notice", s.p.PID, "OS: Linux (labctl embedded, simulated)")
	s.logf("notice", s.p.PID, "start worker processes")
	s.logf("notice", s.p.PID, "start worker process %d", workerPID)
	return s.signals(ctx)
}

// bind tries as often as nginx does before it gives up on a taken port.
func (s *server) bind(ctx context.Context, port int) (net.Listener, error) {
	timer := time.NewTicker(bindPause)
	defer timer.Stop()
	for range bindTries {
		listener, err := s.p.Net.Listen(ctx, port)
		if err == nil {
			return listener, nil
		}
		s.logf("emerg", s.p.PID, "bind() to 0.0.0.0:%d failed (%s)", port, errnoText(err))
		s.say(1, "nginx: [emerg] bind() to 0.0.0.0:%d failed (%s)", port, errnoText(err))
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-timer.C:
		}
	}
	s.logf("emerg", s.p.PID, "still could not bind()")
	s.say(1, "nginx: [emerg] still could not bind()")
	return nil, syscall.EADDRINUSE
}

func (s *server) open(port int, listener net.Listener) {
	web := &http.Server{
		Handler: &handler{server: s, port: port}, ReadHeaderTimeout: time.Minute, IdleTimeout: 75 * time.Second,
		ErrorLog: log.New(io.Discard, "", 0), // a client's mistakes are nginx' to log, which it does not
	}
	s.running[port] = web
	s.served.Go(func() { _ = web.Serve(listener) }) // it ends by Close or Shutdown, and with nothing else
}

func (s *server) writePID() {
	file, err := s.p.FS.OpenFile(pidFile, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil { // a read-only file system: nginx -s will say so
		return
	}
	_, err = fmt.Fprintf(file, "%d\n", s.p.PID)
	if err = errors.Join(err, file.Close()); err != nil {
		s.logf("alert", s.p.PID, "writing %q failed (%s)", pidFile, errnoText(err))
	}
}
