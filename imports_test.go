package labctl_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/labctl-dev/labctl"

// side says which of the two programs a package belongs to (docs/decisions/0002):
// labctl starts in milliseconds because nothing of Kubernetes' components is in it.
type side string

const (
	both  side = "both"
	light side = "labctl"
	heavy side = "labctl-plane"
)

// room is one package, or with "/..." at its end a folder of packages that may
// import each other.
type room struct {
	path  string
	floor int
	side  side
}

// building is the table of allowed imports: a package may import rooms on lower
// floors of its own side. The longest path that fits a package is its room. Test
// files may import what they test with.
var building = []room{
	{".", 0, light}, // files of the root
	{"labs", 0, light},
	{"internal/event", 0, both},
	{"internal/i18n", 0, both},
	{"internal/connect", 0, both}, // both ends of HTTP CONNECT

	{"internal/reason", 1, both},
	{"provision", 1, both}, // the contract and the plan

	{"internal/buildinfo", 2, both},
	{"internal/execx", 2, light}, // the one door to programs
	{"internal/safefile", 2, both},
	{"internal/statedir", 2, light},
	{"provision/embedded/planeconf", 2, both}, // what the two programs tell each other

	{"internal/kube/...", 3, light}, // the one door to the API server
	{"internal/kubeconfig", 3, light},

	{"provision/embedded/...", 4, light},
	{"provision/providertest", 4, light},

	// The engine: what is taught and graded.
	{"internal/check/...", 5, light},
	{"internal/course/...", 6, light},
	{"internal/progress/...", 6, light},
	{"internal/grade/...", 7, light},
	{"internal/report/...", 8, light},
	{"internal/coursetest/...", 8, light}, // proves lessons

	// The surfaces.
	{"internal/tui/...", 9, light},
	{"internal/cli/...", 10, light},
	{"cmd/labctl", 11, light},

	// The embedded lab's processes.
	{"internal/simruntime/...", 3, heavy},
	{"internal/gateway/...", 4, heavy},
	{"internal/node/...", 5, heavy},
	{"internal/plane/...", 6, heavy},
	{"cmd/labctl-plane", 7, heavy},

	{"internal/labtest/...", 12, light}, // real labs, for tests only
	{"scripts/dev/...", 12, light},
}

// crossings are the only imports from one program into the other, package by
// package.
var crossings = map[string]string{
	"internal/plane": "provision/embedded/supervisor", // a lab's supervisor shares the memory of the program it starts
}

// roomOf finds the room of a package path below the module.
func roomOf(pkg string) (room, bool) {
	var found room
	for _, r := range building {
		prefix, folder := strings.CutSuffix(r.path, "/...")
		fits := pkg == prefix || folder && strings.HasPrefix(pkg, prefix+"/")
		if fits && len(r.path) > len(found.path) {
			found = r
		}
	}
	return found, found.path != ""
}

// wrongEdge says what is wrong with from importing to, or "".
func wrongEdge(from, to room) string {
	switch {
	case from.path == to.path:
		return ""
	case to.floor >= from.floor:
		return "it is not on a lower floor"
	case to.side != both && to.side != from.side:
		return "it belongs to the other program"
	}
	return ""
}

func TestImportsPointDown(t *testing.T) {
	t.Parallel()
	all := packageImports(t)
	for pkg, crossed := range crossings {
		if !slices.Contains(all[pkg], crossed) {
			t.Errorf("%s does not import %s: strike it from crossings", pkg, crossed)
		}
	}
	for pkg, imports := range all {
		from, listed := roomOf(pkg)
		if !listed {
			t.Errorf("%s is in no room: add it to the table in imports_test.go", pkg)
			continue
		}
		for _, imported := range imports {
			if crossings[pkg] == imported {
				continue
			}
			to, listed := roomOf(imported)
			if !listed {
				t.Errorf("%s imports %s, which is in no room", pkg, imported)
			} else if why := wrongEdge(from, to); why != "" {
				t.Errorf("%s (floor %d, %s) must not import %s (floor %d, %s): %s",
					pkg, from.floor, from.side, imported, to.floor, to.side, why)
			}
		}
	}
}

func TestWrongEdge(t *testing.T) {
	t.Parallel()
	tests := []struct {
		from, to string
		wrong    bool
	}{
		{"cmd/labctl", "internal/cli", false},
		{"internal/cli/env", "internal/cli/face", false},
		{"provision/embedded/pki", "provision", false},
		{"internal/node", "provision/embedded/planeconf", false},
		{"provision", "provision/embedded/pki", true},
		{"internal/event", "internal/cli", true},
		{"internal/check", "internal/tui/progress", true},
		{"internal/cli", "internal/node", true},
		{"internal/node", "internal/execx", true},
		{"internal/reason", "provision", true},
	}
	for _, tt := range tests {
		from, _ := roomOf(tt.from)
		to, _ := roomOf(tt.to)
		if got := wrongEdge(from, to); (got != "") != tt.wrong {
			t.Errorf("%s importing %s: %q, want wrong = %v", tt.from, tt.to, got, tt.wrong)
		}
	}
	if r, listed := roomOf("internal/nowhere"); listed {
		t.Errorf("an unlisted package is in room %v", r)
	}
}

// packageImports maps every package of the module to the packages of the module
// its files import, test files left out, for all operating systems at once.
func packageImports(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	for _, name := range goFiles(t) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.FromSlash(name), nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		pkg := path.Dir(name)
		found[pkg] = append(found[pkg], []string{}...)
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if rest, ours := strings.CutPrefix(imported+"/", module+"/"); ours {
				rel := path.Clean(strings.TrimSuffix(rest, "/"))
				if !slices.Contains(found[pkg], rel) {
					found[pkg] = append(found[pkg], rel)
				}
			}
		}
	}
	if len(found) < 10 {
		t.Fatalf("only %d packages found: the walk is broken", len(found))
	}
	return found
}

// goFiles lists the Go files of the module, with slashes, from its root.
func goFiles(t *testing.T) []string {
	t.Helper()
	return files(t, func(name string) bool { return strings.HasSuffix(name, ".go") })
}

// files lists the files that keep asks for, without what git or a build makes.
func files(t *testing.T, keep func(name string) bool) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if entry.IsDir() {
			if slices.Contains([]string{".git", "bin", "dist", "scripts/tools"}, name) || entry.Name() == "testdata" {
				return filepath.SkipDir
			}
			return nil
		}
		if entry.Type().IsRegular() && keep(name) {
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
