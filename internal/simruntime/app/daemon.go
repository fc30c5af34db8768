package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/labctl-dev/labctl/internal/simruntime/process"
)

// simulated ends each line about work that the embedded lab does another way.
const simulated = "(labctl embedded: simulated)"

// daemon is a component whose work the embedded lab does elsewhere; in its
// container it answers health checks and says so in its log.
type daemon struct {
	name  string
	ports []int    // HTTP ports answering 200 "ok"
	lines []string // said at the start
	once  []string // arguments with which it does its work at once and ends
}

func daemons() []daemon {
	return []daemon{
		{name: "kube-proxy", ports: []int{10256, 10249}, lines: []string{
			`"Using iptables Proxier"`, `"Starting service config controller"`, `"Starting endpoint slice config controller"`,
			`"Services are carried by the lab's gateway, not by iptables"`,
		}},
		{name: "coredns", ports: []int{8080, 8181, 9153}, lines: []string{
			".:53", "CoreDNS-1.14.3", "names are answered by the lab's gateway",
		}},
		{name: "calico-node", ports: []int{9099}, once: []string{"-felix-live", "-felix-ready", "-bird-live", "-bird-ready", "-init", "-startup", "-shutdown"}, lines: []string{
			"Starting calico-node", "Using datastore type: kubernetes", "Felix is up; routes are carried by the lab's gateway",
		}},
		{name: "calico-kube-controllers", ports: []int{9094}, lines: []string{
			"Starting node controller", "Starting policy controller",
		}},
		{name: "calico-install", once: []string{""}, lines: []string{"CNI plugin dir and config are part of the simulated runtime; nothing to install"}},
		{name: "calico-ipam", once: []string{""}, lines: []string{"nothing to upgrade"}},
		{name: "check-status", once: []string{""}, lines: []string{"Ready"}},
	}
}

func (d daemon) run(ctx context.Context, p *process.Process) int {
	for _, line := range d.lines {
		d.log(p, line)
	}
	if d.endsAtOnce(p.Args[1:]) {
		return 0
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	listeners, err := d.listen(ctx, p)
	if err != nil {
		d.log(p, "FATAL: "+err.Error())
		return 1
	}
	var served sync.WaitGroup
	server := &http.Server{Handler: http.HandlerFunc(healthy), ReadHeaderTimeout: 10 * time.Second}
	for _, listener := range listeners {
		served.Go(func() { _ = server.Serve(listener) }) // it ends by Close below, and with nothing else
	}
	sig := waitEnd(ctx, p)
	closed := server.Close()
	served.Wait()
	if sig == 0 || closed != nil {
		return 128 + int(syscall.SIGKILL)
	}
	d.log(p, "received "+sig.String()+", shutting down")
	return 0
}

// endsAtOnce reports whether one of the arguments names a single piece of work.
func (d daemon) endsAtOnce(args []string) bool {
	return slices.Contains(d.once, "") || slices.ContainsFunc(args, func(arg string) bool {
		return slices.Contains(d.once, arg)
	})
}

func (d daemon) log(p *process.Process, line string) {
	out := p.Stderr
	if d.name == "coredns" {
		out = p.Stdout
	}
	prefix := time.Now().UTC().Format("2006-01-02T15:04:05.000Z ") + path.Base(p.Args[0]) + ": "
	_, _ = fmt.Fprintf(out, "%s%s %s\n", prefix, line, simulated) // a log that is gone has no reader
}

func (d daemon) listen(ctx context.Context, p *process.Process) ([]net.Listener, error) {
	var listeners []net.Listener
	for _, port := range d.ports {
		listener, err := p.Net.Listen(ctx, port)
		if err != nil {
			for _, open := range listeners {
				err = errors.Join(err, open.Close())
			}
			return nil, fmt.Errorf("listening on port %d: %w", port, err)
		}
		listeners = append(listeners, listener)
	}
	return listeners, nil
}

func healthy(w http.ResponseWriter, r *http.Request) {
	text := "ok\n"
	if strings.HasSuffix(r.URL.Path, "metrics") {
		text = "# HELP labctl_simulated This component is simulated by labctl.\n# TYPE labctl_simulated gauge\nlabctl_simulated 1\n"
	}
	if _, err := w.Write([]byte(text)); err != nil && !errors.Is(err, os.ErrClosed) {
		return // the client went away
	}
}
