package nginx

import (
	"fmt"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

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
	loc := location{scope: v.clone()}
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
