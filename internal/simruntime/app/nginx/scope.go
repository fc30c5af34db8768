package nginx

import (
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

func (s scope) clone() scope {
	s.index = slices.Clone(s.index)
	s.headers = slices.Clone(s.headers)
	s.errors = maps.Clone(s.errors)
	return s
}

// take reads a directive that may stand at several levels.
func (s *scope) take(d directive) (known bool, err error) {
	switch d.name {
	case "root":
		s.root, s.alias = absolute(d.arg(0)), ""
	case "alias":
		s.alias = d.arg(0)
	case "index":
		s.index = d.args
	case "default_type":
		s.mime = d.arg(0)
	case "try_files":
		s.try = d.args
	case "add_header":
		s.headers = append(s.headers, [2]string{d.arg(0), d.arg(1)})
	case "error_page":
		s.errorPage(d)
	case "return":
		return true, s.returns(d)
	default:
		return false, nil
	}
	if len(d.args) == 0 {
		return true, &syntaxError{`invalid number of arguments in "` + d.name + `" directive`, d.file, d.line}
	}
	return true, nil
}

func absolute(dir string) string {
	if path.IsAbs(dir) {
		return dir
	}
	return path.Join("/etc/nginx", dir)
}

func (s *scope) errorPage(d directive) {
	for _, text := range d.args[:max(0, len(d.args)-1)] {
		if code, err := strconv.Atoi(text); err == nil {
			s.errors[code] = d.args[len(d.args)-1]
		}
	}
}

func (s *scope) returns(d directive) error {
	if len(d.args) == 0 || len(d.args) > 2 {
		return &syntaxError{`invalid number of arguments in "return" directive`, d.file, d.line}
	}
	if strings.HasPrefix(d.args[0], "http") && len(d.args) == 1 {
		s.answer = &answer{code: 302, text: d.args[0]}
		return nil
	}
	code, err := strconv.Atoi(d.args[0])
	if err != nil || code < 100 || code > 999 {
		return &syntaxError{`invalid return code "` + d.args[0] + `"`, d.file, d.line}
	}
	s.answer = &answer{code: code, text: d.arg(1)}
	return nil
}

// locate picks the location of a path as nginx does: exact, then the longest
// prefix, which a matching regular expression overrides unless it is "^~".
func (v *virtual) locate(uri string) scope {
	var best *location
	for i := range v.locations {
		loc := &v.locations[i]
		switch {
		case loc.kind == "=" && loc.path == uri:
			return loc.scope
		case loc.pattern == nil && loc.kind != "=" && strings.HasPrefix(uri, loc.path):
			if best == nil || len(loc.path) > len(best.path) {
				best = loc
			}
		}
	}
	if best == nil || best.kind != "^~" {
		for _, loc := range v.locations {
			if loc.pattern != nil && loc.pattern.MatchString(uri) {
				return loc.scope
			}
		}
	}
	if best == nil {
		return v.scope
	}
	found := best.scope
	if found.alias != "" { // what follows the location's own path goes after it
		found.root, found.alias = "", strings.TrimSuffix(found.alias, "/")+"/"
		found.alias += "\x00" + best.path
	}
	return found
}

// file returns the name a path has below the scope's root or alias.
func (s scope) file(uri string) string {
	if alias, prefix, ok := strings.Cut(s.alias, "\x00"); ok {
		return path.Join(alias, strings.TrimPrefix(uri, prefix))
	}
	return path.Join(s.root, uri)
}

// choose picks the server block for a port and a Host header.
func (s *site) choose(port int, host string) *virtual {
	var first, primary *virtual
	for _, v := range s.servers {
		if !slices.Contains(v.ports, port) {
			continue
		}
		if slices.Contains(v.names, host) {
			return v
		}
		if first == nil {
			first = v
		}
		if v.primary[port] && primary == nil {
			primary = v
		}
	}
	if primary != nil {
		return primary
	}
	return first
}
