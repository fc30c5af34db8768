package nginx

import (
	"fmt"
	"io"
	"os"
	"path"
	"regexp"
	"slices"
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
		return nil, nil //nolint:nilerr // as glob(3): nothing matches
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
