package nginx

import (
	"fmt"
	"net"
	"regexp"
	"strings"
)

// variable finds $name and ${name}.
func variable() *regexp.Regexp {
	return regexp.MustCompile(`\$(\{[a-z_0-9]+\}|[a-z_0-9]+)`)
}

// expand replaces nginx' variables (nginx.org, ngx_http_core_module, "Embedded Variables").
func (r *reply) expand(text string) string {
	if !strings.Contains(text, "$") {
		return text
	}
	return r.h.variables.ReplaceAllStringFunc(text, func(match string) string {
		name := strings.Trim(match, "${}")
		if value, ok := r.value(name); ok {
			return value
		}
		return match
	})
}

func (r *reply) value(name string) (string, bool) {
	switch name {
	case "hostname":
		return r.h.p.Hostname, true
	case "remote_addr":
		return r.client(), true
	case "server_addr":
		return r.h.p.Net.IP().String(), true
	case "server_port":
		return fmt.Sprint(r.h.port), true
	case "server_name":
		return r.serverName(), true
	case "host":
		host, _, _ := strings.Cut(r.Host, ":")
		return host, true
	case "http_host":
		return r.Host, true
	case "uri", "document_uri":
		return cleanPath(r.URL.Path), true
	case "request_uri":
		return r.RequestURI, true
	case "args", "query_string":
		return r.URL.RawQuery, true
	case "request_method":
		return r.Method, true
	case "scheme":
		return "http", true
	case "nginx_version":
		return r.h.version, true
	case "time_local":
		return r.h.now().Format(accessTime), true
	}
	if header, ok := strings.CutPrefix(name, "http_"); ok {
		return r.Request.Header.Get(strings.ReplaceAll(header, "_", "-")), true
	}
	if argument, ok := strings.CutPrefix(name, "arg_"); ok {
		return r.URL.Query().Get(argument), true
	}
	return "", false
}

func (r *reply) client() string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

func (r *reply) serverName() string {
	if r.site == nil || len(r.site.names) == 0 {
		return ""
	}
	return r.site.names[0]
}

const (
	accessTime = "02/Jan/2006:15:04:05 -0700"
	errorTime  = "2006/01/02 15:04:05"
	workerPID  = 29 // the process an image's first worker usually is
)

// access writes a line of the "main" format the image's nginx.conf has.
func (s *server) access(r *reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, _ = fmt.Fprintf(s.p.Stdout, "%s - - [%s] \"%s %s %s\" %d %d \"%s\" \"%s\" \"%s\"\n", // a log that is gone has no reader
		r.client(), s.now().Format(accessTime), r.Method, logged(r.RequestURI), r.Proto, r.status, r.sent,
		dash(r.Referer()), dash(r.UserAgent()), dash(r.Request.Header.Get("X-Forwarded-For")))
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return logged(s)
}

// logged escapes as ngx_http_log_module's default escaping does, so that no
// request can forge a line.
func logged(s string) string {
	var out strings.Builder
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c >= 0x7f || c == '"' || c == '\\' {
			fmt.Fprintf(&out, "\\x%02X", c)
			continue
		}
		out.WriteByte(s[i])
	}
	return out.String()
}

// errorLine writes about a request to the error log.
func (s *server) errorLine(r *reply, what string) {
	s.mu.Lock()
	s.requests++
	number := s.requests
	s.mu.Unlock()
	s.logf("error", workerPID, "*%d %s, client: %s, server: %s, request: \"%s %s %s\", host: \"%s\"",
		number, what, r.client(), r.serverName(), r.Method, logged(r.RequestURI), r.Proto, logged(r.Host))
}

// logf writes a line of the error log.
func (s *server) logf(level string, pid int, format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, _ = fmt.Fprintf(s.p.Stderr, "%s [%s] %d#%d: %s\n", // a log that is gone has no reader
		s.now().Format(errorTime), level, pid, pid, fmt.Sprintf(format, args...))
}
