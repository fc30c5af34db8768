package command

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"
)

func netCommands() map[string]func(*cmd) int {
	return map[string]func(*cmd) int{"curl": curl, "wget": wget, "ip": ip}
}

// dialTimeout is how long a connection may take to be made when no option says.
const dialTimeout = 2 * time.Minute

// client speaks HTTP over the pod's network and nothing else.
func (c *cmd) client(insecure bool) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				ctx, cancel := context.WithTimeout(ctx, dialTimeout)
				defer cancel()
				return c.Net.DialContext(ctx, network, address)
			},
			DisableKeepAlives:  true,
			DisableCompression: true,
			TLSClientConfig:    &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: insecure}, //nolint:gosec // curl -k asks for it
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// address completes what a person types to a URL.
func address(text string) (*url.URL, error) {
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	if err != nil {
		return nil, err
	}
	if u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, fmt.Errorf("unsupported address %q", text)
	}
	if defaults := map[string]string{"http": "80", "https": "443"}; u.Port() == defaults[u.Scheme] {
		u.Host = strings.TrimSuffix(u.Host, ":"+u.Port()) // not part of the Host header then
	}
	if u.Path == "" {
		u.Path = "/"
	}
	return u, nil
}

func portOf(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}

// writeHeaders writes a response's status line and headers, in a stable order.
func writeHeaders(w io.Writer, r *http.Response, prefix, end string) error {
	if _, err := fmt.Fprintf(w, "%s%s %s%s", prefix, r.Proto, r.Status, end); err != nil {
		return err
	}
	var text strings.Builder
	if err := r.Header.Write(&text); err != nil {
		return err
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(text.String(), "\r\n"), "\r\n") {
		if _, err := fmt.Fprintf(w, "%s%s%s", prefix, line, end); err != nil {
			return err
		}
	}
	return nil
}

func unknownHost(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns)
}

func timedOut(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.Is(err, context.DeadlineExceeded) || (errors.As(err, &timeout) && timeout.Timeout())
}

func ip(c *cmd) int {
	what := "addr"
	for _, arg := range c.Args[1:] {
		if !strings.HasPrefix(arg, "-") {
			what = arg
			break
		}
	}
	switch {
	case strings.HasPrefix("address", what):
		c.printf("1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN\n    inet 127.0.0.1/8 scope host lo\n"+
			"2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1480 qdisc noqueue state UP\n    inet %s/32 scope global eth0\n", c.Net.IP())
		return 0
	case strings.HasPrefix("route", what):
		c.printf("default via 169.254.1.1 dev eth0\n169.254.1.1 dev eth0 scope link\n")
		return 0
	}
	return c.fail(1, "only `ip addr` and `ip route` are simulated")
}

func wget(c *cmd) int {
	opts, operands, ok := c.parse(spec{
		letters: "qSskO:T:Y:t:", long: map[string]string{"timeout": "T", "spider": "s", "quiet": "q", "server-response": "S", "output-document": "O", "no-check-certificate": "k"},
		usage: "wget [-q] [-S] [-O FILE] [-T SECONDS] URL",
	})
	if !ok || len(operands) != 1 {
		return c.fail(1, "usage: wget [-q] [-S] [-O FILE] [-T SECONDS] URL")
	}
	u, err := address(operands[0])
	if err != nil {
		return c.fail(1, "%v", err)
	}
	ctx, cancel, err := c.withTimeout(opts["T"])
	if err != nil {
		return c.fail(1, "invalid number '%s'", opts["T"])
	}
	defer cancel()
	if !opts.has("q") {
		_, _ = fmt.Fprintf(c.Stderr, "Connecting to %s (%s)\n", u.Hostname(), net.JoinHostPort(u.Hostname(), portOf(u)))
	}
	response, code := c.wgetResponse(ctx, u, opts)
	if code != 0 {
		return code
	}
	defer func() { _ = response.Body.Close() }() // its read reports what fails
	return c.wgetSave(response, u, opts)
}

func (c *cmd) wgetResponse(ctx context.Context, u *url.URL, opts options) (*http.Response, int) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return nil, c.fail(1, "%v", err)
	}
	request.Header.Set("User-Agent", "Wget")
	client := c.client(opts.has("k"))
	client.CheckRedirect = nil // wget follows
	response, err := client.Do(request)
	switch {
	case unknownHost(err):
		return nil, c.fail(1, "bad address '%s'", u.Host)
	case err != nil && timedOut(err):
		return nil, c.fail(1, "download timed out")
	case err != nil:
		return nil, c.fail(1, "can't connect to remote host (%s): %s", u.Hostname(), dialReason(err))
	}
	if opts.has("S") {
		if err := writeHeaders(c.Stderr, response, "  ", "\n"); err != nil {
			return nil, c.fail(1, "%v", errors.Join(err, response.Body.Close()))
		}
	}
	if response.StatusCode >= http.StatusBadRequest {
		c.fail(1, "server returned error: %s %s", response.Proto, response.Status)
		return nil, max(1, c.closed(response))
	}
	return response, 0
}

func (c *cmd) closed(r *http.Response) int {
	if err := r.Body.Close(); err != nil {
		return 1
	}
	return 0
}

func (c *cmd) wgetSave(response *http.Response, u *url.URL, opts options) int {
	name := opts["O"]
	if opts.has("s") {
		return 0
	}
	if name == "" {
		if name = path.Base(u.Path); name == "/" || name == "." {
			name = "index.html"
		}
	}
	return c.save(response.Body, name, opts.has("q"))
}

// save writes a body to a file of the container, or "-".
func (c *cmd) save(body io.Reader, name string, quiet bool) int {
	if name == "-" {
		if _, err := io.Copy(c.Stdout, body); err != nil {
			return c.fail(1, "%v", err)
		}
		return 0
	}
	file, err := c.create(name, 0o644)
	if err != nil {
		return c.fail(1, "can't open '%s': %s", name, reasonOf(err))
	}
	_, err = io.Copy(file, body)
	if err = errors.Join(err, file.Close()); err != nil {
		return c.fail(1, "%v", err)
	}
	if !quiet {
		_, _ = fmt.Fprintf(c.Stderr, "saving to '%s'\n'%s' saved\n", name, name) // nobody is left to tell
	}
	return 0
}

// withTimeout bounds the command by a number of seconds; "" is no bound.
func (c *cmd) withTimeout(seconds string) (context.Context, context.CancelFunc, error) {
	if seconds == "" {
		ctx, cancel := context.WithCancel(c.ctx)
		return ctx, cancel, nil
	}
	limit, err := duration(seconds)
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(c.ctx, limit)
	return ctx, cancel, nil
}
