package nginx

import (
	"fmt"
	"io"
	"net"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/labctl-dev/labctl/internal/simruntime/process"
)

const (
	mainFile    = "/etc/nginx/nginx.conf"
	defaultRoot = "/etc/nginx/html" // nginx's built-in "html", below its prefix
	maxConf     = 1 << 20
	maxIncludes = 100
)

// site is what the configuration asks for.
type site struct {
	servers  []*virtual
	warnings []string
}

// virtual is a server block.
type virtual struct {
	ports   []int
	primary map[int]bool // ports with default_server
	names   []string
	scope
	locations []location
}

// scope is what a server hands down to its locations.
type scope struct {
	root    string
	alias   string
	index   []string
	headers [][2]string
	mime    string // default_type
	answer  *answer
	try     []string
	errors  map[int]string // error_page: code to uri
}

// answer is a return directive.
type answer struct {
	code int
	text string // body, or the address of a redirect
}

type location struct {
	kind    string // "", "=", "^~", "~", "~*"
	path    string
	pattern *regexp.Regexp
	scope
}

// ports lists every port of the site, in order.
func (s *site) ports() []int {
	var all []int
	for _, v := range s.servers {
		all = append(all, v.ports...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// loader reads configuration files of a container.
type loader struct {
	files process.FS
	site  *site
	reads int
}

// load reads the whole configuration, beginning with file.
func load(files process.FS, file string) (*site, error) {
	l := &loader{files: files, site: &site{}}
	list, err := l.read(file)
	if err != nil {
		return nil, err
	}
	for _, d := range list {
		switch {
		case d.name == "http":
			if err := l.http(d.block); err != nil {
				return nil, err
			}
		case !quiet(d.name):
			l.warn(d)
		}
	}
	return l.site, nil
}

func (l *loader) read(name string) ([]directive, error) {
	if l.reads++; l.reads > maxIncludes {
		return nil, fmt.Errorf("too many included files at %s", name)
	}
	file, err := l.files.OpenFile(name, os.O_RDONLY, 0)
	if err != nil {
		return nil, fmt.Errorf("open() %q failed (%s)", name, errnoText(err))
	}
	data, err := io.ReadAll(io.LimitReader(file, maxConf))
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return nil, fmt.Errorf("read() %q failed (%s)", name, errnoText(err))
	}
	list, err := parseConf(string(data), name)
	if err != nil {
		return nil, err
	}
	return l.included(list)
}

// included puts the content of included files in the place of each include.
func (l *loader) included(list []directive) ([]directive, error) {
	var out []directive
	for _, d := range list {
		if d.block != nil && d.name != "types" {
			block, err := l.included(d.block)
			if err != nil {
				return nil, err
			}
			d.block = append([]directive{}, block...)
		}
		if d.name != "include" {
			out = append(out, d)
			continue
		}
		names, err := l.glob(d.arg(0))
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			more, err := l.read(name)
			if err != nil {
				return nil, err
			}
			out = append(out, more...)
		}
	}
	return out, nil
}

// glob finds the files an include names: a pattern may match none.
func (l *loader) glob(pattern string) ([]string, error) {
	if !path.IsAbs(pattern) {
		pattern = path.Join("/etc/nginx", pattern)
	}
	if !strings.ContainsAny(pattern, "*?[") {
		return []string{pattern}, nil
	}
	entries, err := l.files.ReadDir(path.Dir(pattern))
	if err != nil {
		return nil, nil // as glob(3): nothing matches
	}
	var names []string
	for _, entry := range entries {
		ok, err := path.Match(path.Base(pattern), entry.Name())
		if err != nil {
			return nil, fmt.Errorf("include %q: %w", pattern, err)
		}
		full := path.Join(path.Dir(pattern), entry.Name())
		if info, err := l.files.Stat(full); ok && err == nil && !info.IsDir() && !strings.HasPrefix(entry.Name(), ".") {
			names = append(names, full)
		}
	}
	return names, nil
}

func (l *loader) warn(d directive) {
	l.site.warnings = append(l.site.warnings,
		fmt.Sprintf("labctl does not simulate %q; it is ignored in %s:%d", d.name, d.file, d.line))
}

// quiet names the directives whose effect nobody can see here.
func quiet(name string) bool {
	return slices.Contains([]string{
		"user", "worker_processes", "error_log", "pid", "events", "types", "log_format", "access_log", "sendfile",
		"tcp_nopush", "tcp_nodelay", "keepalive_timeout", "gzip", "charset", "server_tokens", "worker_connections",
		"types_hash_max_size", "client_max_body_size", "worker_rlimit_nofile", "load_module", "daemon", "autoindex",
	}, name)
}

func (l *loader) http(block []directive) error {
	outer := scope{root: defaultRoot, index: []string{"index.html"}, mime: "text/plain", errors: map[int]string{}}
	for _, d := range block {
		if d.name == "server" {
			continue
		}
		if known, err := outer.take(d); err != nil {
			return err
		} else if !known && !quiet(d.name) {
			l.warn(d)
		}
	}
	for _, d := range block {
		if d.name != "server" {
			continue
		}
		if err := l.server(d, outer); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) server(d directive, outer scope) error {
	v := &virtual{primary: map[int]bool{}, scope: outer.clone()}
	for _, inner := range d.block {
		if inner.name == "location" {
			continue
		}
		if err := l.serverDirective(v, inner); err != nil {
			return err
		}
	}
	for _, inner := range d.block {
		if inner.name == "location" {
			if err := l.location(v, inner); err != nil {
				return err
			}
		}
	}
	if len(v.ports) == 0 && !slices.ContainsFunc(d.block, func(d directive) bool { return d.name == "listen" }) {
		v.ports = []int{80}
	}
	l.site.servers = append(l.site.servers, v)
	return nil
}

func (l *loader) serverDirective(v *virtual, d directive) error {
	switch d.name {
	case "listen":
		return l.listen(v, d)
	case "server_name":
		v.names = append(v.names, d.args...)
		return nil
	}
	known, err := v.take(d)
	if err == nil && !known && !quiet(d.name) {
		l.warn(d)
	}
	return err
}

func (l *loader) listen(v *virtual, d directive) error {
	text := d.arg(0)
	if strings.HasPrefix(text, "[") { // IPv6: the lab has one address a pod
		return nil
	}
	if slices.Contains(d.args, "ssl") || strings.HasPrefix(text, "unix:") {
		l.warn(d)
		return nil
	}
	if _, port, err := net.SplitHostPort(text); err == nil {
		text = port
	} else if net.ParseIP(text) != nil {
		text = "80"
	}
	port, err := strconv.Atoi(text)
	if err != nil || port < 1 || port > 65535 {
		return &syntaxError{fmt.Sprintf("invalid port in %q of the \"listen\" directive", d.arg(0)), d.file, d.line}
	}
	v.ports = append(v.ports, port)
	v.primary[port] = slices.Contains(d.args, "default_server")
	return nil
}

func (l *loader) location(v *virtual, d directive) error {
	loc := location{scope: v.scope.clone()}
	loc.answer = nil
	switch len(d.args) {
	case 1:
		loc.path = d.args[0]
	case 2:
		loc.kind, loc.path = d.args[0], d.args[1]
	default:
		return &syntaxError{`invalid number of arguments in "location" directive`, d.file, d.line}
	}
	if strings.HasPrefix(loc.kind, "~") {
		text := loc.path
		if loc.kind == "~*" {
			text = "(?i)" + text
		}
		pattern, err := regexp.Compile(text)
		if err != nil {
			return &syntaxError{fmt.Sprintf("invalid regular expression %q", loc.path), d.file, d.line}
		}
		loc.pattern = pattern
	}
	for _, inner := range d.block {
		known, err := loc.take(inner)
		if err != nil {
			return err
		}
		if !known && !quiet(inner.name) {
			l.warn(inner)
		}
	}
	v.locations = append(v.locations, loc)
	return nil
}
