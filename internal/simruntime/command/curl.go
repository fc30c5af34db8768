package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// curl's exit codes (curl(1), EXIT CODES).
const (
	curlBadURL     = 3
	curlNoHost     = 6
	curlNoConnect  = 7
	curlHTTPError  = 22
	curlWriteError = 23
	curlTimeout    = 28
	curlEmptyReply = 52
	curlBadCert    = 60
)

func curlSpec() spec {
	return spec{
		letters: "sSIifvkLo:m:X:d:H:w:A:",
		long: map[string]string{
			"silent": "s", "show-error": "S", "head": "I", "include": "i", "output": "o", "fail": "f", "max-time": "m",
			"verbose": "v", "request": "X", "data": "d", "header": "H", "insecure": "k", "location": "L",
			"connect-timeout": "m", "write-out": "w", "user-agent": "A",
		},
		usage: "curl [-sSIifvkL] [-o FILE] [-m SECONDS] [-X METHOD] [-d DATA] [-H HEADER] [-w FORMAT] URL",
	}
}

// curlCall is one call of curl.
type curlCall struct {
	*cmd
	opts    options
	headers []string
	url     *url.URL
	started time.Time
}

func curl(c *cmd) int {
	s := curlSpec()
	call := &curlCall{cmd: c, headers: headersIn(c.Args), started: time.Now()}
	opts, operands, ok := c.parse(s)
	if !ok {
		return 2
	}
	call.opts = opts
	if len(operands) == 0 {
		return c.fail(2, "no URL specified\nUsage: %s", s.usage)
	}
	code := 0
	for _, operand := range operands {
		u, err := address(operand)
		if err != nil {
			code = call.report(curlBadURL, "URL rejected: "+err.Error())
			continue
		}
		call.url = u
		code = call.fetch()
	}
	return code
}

// headersIn collects every -H: options keeps only the last of a letter.
func headersIn(args []string) []string {
	var list []string
	for i, arg := range args {
		switch {
		case (arg == "-H" || arg == "--header") && i+1 < len(args):
			list = append(list, args[i+1])
		case strings.HasPrefix(arg, "-H") && len(arg) > 2:
			list = append(list, arg[2:])
		}
	}
	return list
}

// report words a failure unless -s without -S silences it.
func (c *curlCall) report(code int, text string) int {
	if !c.opts.has("s") || c.opts.has("S") {
		c.fail(code, "(%d) %s", code, text)
	}
	return code
}

func (c *curlCall) fetch() int {
	ctx, cancel, err := c.withTimeout(c.opts["m"])
	if err != nil {
		return c.report(2, "expected a proper numerical parameter for -m")
	}
	defer cancel()
	request, err := c.request(ctx)
	if err != nil {
		return c.report(curlBadURL, err.Error())
	}
	client := c.client(c.opts.has("k"))
	if c.opts.has("L") {
		client.CheckRedirect = nil
	}
	c.verbose("*   Trying %s...\n", net.JoinHostPort(c.url.Hostname(), portOf(c.url)))
	response, err := client.Do(request)
	if err != nil {
		return c.unreachable(err)
	}
	defer func() { _ = response.Body.Close() }() // its read reports what fails
	return c.deliver(request, response)
}

func (c *curlCall) request(ctx context.Context) (*http.Request, error) {
	method, body := http.MethodGet, io.Reader(http.NoBody)
	if c.opts.has("d") {
		method, body = http.MethodPost, strings.NewReader(c.opts["d"])
	}
	if c.opts.has("I") {
		method = http.MethodHead
	}
	if c.opts.has("X") {
		method = c.opts["X"]
	}
	request, err := http.NewRequestWithContext(ctx, method, c.url.String(), body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", "curl/8.14.1")
	request.Header.Set("Accept", "*/*")
	if c.opts.has("d") {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if c.opts.has("A") {
		request.Header.Set("User-Agent", c.opts["A"])
	}
	for _, header := range c.headers {
		name, value, _ := strings.Cut(header, ":")
		if strings.EqualFold(name, "host") {
			request.Host = strings.TrimSpace(value)
			continue
		}
		request.Header.Set(name, strings.TrimSpace(value))
	}
	return request, nil
}

func (c *curlCall) verbose(format string, args ...any) {
	if c.opts.has("v") {
		_, _ = fmt.Fprintf(c.Stderr, format, args...) // nobody is left to tell
	}
}

func (c *curlCall) unreachable(err error) int {
	host, port := c.url.Hostname(), portOf(c.url)
	spent := time.Since(c.started).Milliseconds()
	switch {
	case c.ctx.Err() != nil:
		return 128 + int(syscall.SIGKILL)
	case unknownHost(err):
		return c.report(curlNoHost, "Could not resolve host: "+host)
	case timedOut(err):
		return c.report(curlTimeout, fmt.Sprintf("Connection timed out after %d milliseconds", spent))
	case strings.Contains(err.Error(), "certificate"):
		return c.report(curlBadCert, "SSL certificate problem: "+err.Error())
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return c.report(curlEmptyReply, "Empty reply from server")
	}
	return c.report(curlNoConnect, fmt.Sprintf("Failed to connect to %s port %s after %d ms: %s", host, port, spent, dialReason(err)))
}

// dialReason words why a connection was not made.
func dialReason(err error) string {
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "Connection refused"
	case errors.Is(err, syscall.EHOSTUNREACH):
		return "No route to host"
	case errors.Is(err, syscall.ENETUNREACH):
		return "Network is unreachable"
	case timedOut(err):
		return "Connection timed out"
	case errors.Is(err, fs.ErrPermission):
		return "Operation not permitted"
	}
	return "Couldn't connect to server: " + err.Error()
}

func (c *curlCall) deliver(request *http.Request, response *http.Response) int {
	c.verbose("* Connected to %s port %s\n> %s %s HTTP/1.1\n> Host: %s\n", c.url.Hostname(), portOf(c.url), request.Method, c.url.RequestURI(), request.Host)
	if c.opts.has("v") {
		if err := writeHeaders(c.Stderr, response, "< ", "\n"); err != nil {
			return c.report(curlWriteError, err.Error())
		}
		c.verbose("< \n")
	}
	if c.opts.has("f") && response.StatusCode >= http.StatusBadRequest {
		return c.report(curlHTTPError, fmt.Sprintf("The requested URL returned error: %d", response.StatusCode))
	}
	out, done, code := c.output()
	if code != 0 {
		return code
	}
	err := c.copyTo(out, response)
	if err = errors.Join(err, done()); err != nil {
		if timedOut(err) {
			return c.report(curlTimeout, "Operation timed out")
		}
		return c.report(curlWriteError, "Failure writing output: "+err.Error())
	}
	c.writeOut(response)
	return 0
}

func (c *curlCall) copyTo(out io.Writer, response *http.Response) error {
	if c.opts.has("I") || c.opts.has("i") {
		if err := writeHeaders(out, response, "", "\r\n"); err != nil {
			return err
		}
		if _, err := io.WriteString(out, "\r\n"); err != nil {
			return err
		}
	}
	_, err := io.Copy(out, response.Body)
	return err
}

func (c *curlCall) output() (io.Writer, func() error, int) {
	name := c.opts["o"]
	if name == "" || name == "-" {
		return c.Stdout, func() error { return nil }, 0
	}
	file, err := c.create(name, 0o644)
	if err != nil {
		return nil, nil, c.report(curlWriteError, fmt.Sprintf("Failed to open the file %s: %s", name, reasonOf(err)))
	}
	return file, file.Close, 0
}

// writeOut is -w, with the variables lessons use.
func (c *curlCall) writeOut(response *http.Response) {
	if !c.opts.has("w") {
		return
	}
	c.printf("%s", strings.NewReplacer(
		"%{http_code}", fmt.Sprintf("%03d", response.StatusCode), "%{response_code}", fmt.Sprintf("%03d", response.StatusCode),
		"%{time_total}", fmt.Sprintf("%.6f", time.Since(c.started).Seconds()), `\n`, "\n", `\t`, "\t", "%%", "%",
	).Replace(c.opts["w"]))
}
