package shellenv

import (
	"slices"
	"strings"
)

// variable is one exported variable.
type variable struct {
	name, value string
}

// noProxy keeps the API server, which listens on loopback, off the proxy.
const noProxy = "127.0.0.1,localhost"

// variables lists what the shell gets on top of the user's environment.
func variables(in Input, bin string) []variable {
	separator := ":"
	if in.GOOS == "windows" {
		separator = ";"
	}
	path := bin
	if old := lookup(in.Environ, "PATH", in.GOOS); old != "" {
		path += separator + old
	}
	exports := []variable{{"PATH", path}, {"KUBECONFIG", in.Kubeconfig}, {"LABCTL_LAB", in.Lab}}
	if in.CacheDir != "" {
		exports = append(exports, variable{"KUBECACHEDIR", in.CacheDir})
	}
	if in.ProxyURL == "" {
		return exports
	}
	for _, name := range []string{"http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"} {
		exports = append(exports, variable{name, in.ProxyURL})
	}
	return append(exports, variable{"no_proxy", noProxy}, variable{"NO_PROXY", noProxy})
}

// merge puts exports over environ, one entry a name. Windows does not tell
// names apart by case.
func merge(environ []string, exports []variable, goos string) []string {
	var merged []string
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		taken := slices.ContainsFunc(exports, func(v variable) bool { return same(v.name, name, goos) })
		if !taken || name == "" {
			merged = append(merged, entry)
		}
	}
	for i, export := range exports {
		earlier := slices.ContainsFunc(exports[:i], func(v variable) bool { return same(v.name, export.name, goos) })
		if !earlier {
			merged = append(merged, export.name+"="+export.value)
		}
	}
	return merged
}

func lookup(environ []string, name, goos string) string {
	for _, entry := range environ {
		if key, value, _ := strings.Cut(entry, "="); same(key, name, goos) {
			return value
		}
	}
	return ""
}

func same(a, b, goos string) bool {
	return a == b || (goos == "windows" && strings.EqualFold(a, b))
}

// quote makes s one word of a POSIX shell, fish not included.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// quoteFish makes s one word of fish, where \ and ' are escaped by \.
func quoteFish(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'"
}

// quotePowerShell makes s one literal string of PowerShell.
func quotePowerShell(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
