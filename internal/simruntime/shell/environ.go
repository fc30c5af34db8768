package shell

import (
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"

	"github.com/labctl-dev/labctl/internal/simruntime/process"
)

// The variables that stand for $$, $PPID and $0 (see parse.go).
const (
	pidVar    = "__pid"
	parentVar = "__ppid"
	zeroVar   = "__zero"
)

// environ is the environment a shell starts with.
type environ struct {
	exported map[string]string
	own      map[string]string
	running  bool // set before any command runs, then only read
}

func newEnviron(p *process.Process, c call) *environ {
	e := &environ{exported: map[string]string{}, own: map[string]string{
		"UID": "0", "EUID": "0", "GID": "0", "HOSTNAME": p.Hostname,
		pidVar: strconv.Itoa(p.PID), parentVar: "0", zeroVar: c.zero,
	}}
	for _, pair := range p.Env {
		if name, value, ok := strings.Cut(pair, "="); ok && name != "" {
			e.exported[name] = value
			delete(e.own, name)
		}
	}
	if e.exported["HOME"] == "" {
		e.exported["HOME"] = "/root"
	}
	if e.exported["PATH"] == "" {
		e.own["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
	}
	return e
}

// started tells the environment that the interpreter has read its settings.
func (e *environ) started() { e.running = true }

// noTempDir is a directory no system can have, since its name holds a NUL: the
// interpreter must make no file on this machine.
func noTempDir() string {
	if runtime.GOOS == "windows" {
		return "C:\\\x00"
	}
	return string(filepath.Separator) + "\x00"
}

// Get implements expand.Environ.
func (e *environ) Get(name string) expand.Variable {
	if name == "TMPDIR" && !e.running {
		return variable(noTempDir(), false)
	}
	if user, ok := strings.CutPrefix(name, "HOME "); ok { // ~user, see package comment
		if user == "root" {
			return variable("/root", false)
		}
		return variable("~"+user, false)
	}
	if value, ok := e.exported[name]; ok {
		return variable(value, true)
	}
	if value, ok := e.own[name]; ok {
		return variable(value, false)
	}
	return expand.Variable{}
}

// Each implements expand.Environ.
func (e *environ) Each(yield func(string, expand.Variable) bool) {
	for name, value := range e.exported {
		if !yield(name, variable(value, true)) {
			return
		}
	}
	for name, value := range e.own {
		if !yield(name, variable(value, false)) {
			return
		}
	}
}

func variable(value string, exported bool) expand.Variable {
	return expand.Variable{Set: true, Kind: expand.String, Str: value, Exported: exported}
}

// exportedOf lists what a child gets.
func exportedOf(env expand.Environ) []string {
	values := map[string]string{}
	for name, v := range env.Each {
		if v.Exported && v.IsSet() && v.Kind == expand.String {
			values[name] = v.Str
			continue
		}
		delete(values, name)
	}
	list := make([]string, 0, len(values))
	for name, value := range values {
		list = append(list, name+"="+value)
	}
	return list
}
