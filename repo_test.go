package labctl_test

import (
	"bytes"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/labctl-dev/labctl/provision"
)

// The repository checks itself: what holds for all of it and no compiler sees.

func TestEveryPackageSaysWhatItOwns(t *testing.T) {
	t.Parallel()
	comments := map[string]string{}
	for _, name := range goFiles(t) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.FromSlash(name), nil, parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		comments[path.Dir(name)] += file.Doc.Text()
	}
	for dir, comment := range comments {
		if !strings.HasPrefix(comment, "Package ") && !strings.HasPrefix(comment, "Command ") {
			t.Errorf("%s has no package comment that begins with Package or Command", dir)
		} else if strings.Count(comment, "\nPackage ") > 0 {
			t.Errorf("%s has more than one package comment", dir)
		}
	}
}

const maxLines = 300

func TestGoFilesStaySmall(t *testing.T) {
	t.Parallel()
	for _, name := range goFiles(t) {
		if lines := bytes.Count(read(t, name), []byte("\n")); lines > maxLines {
			t.Errorf("%s has %d lines, more than %d: split it by what it is about", name, lines, maxLines)
		}
	}
}

// Versions that other parts rely on; a module that is not required yet is no
// mistake. docs/decisions/0005 says why bubbletea is v2.
var pinned = map[string]string{
	"charm.land/bubbletea/v2":       "v2.1.1",
	"github.com/bmatcuk/go-vagrant": "v1.6.0",
	"github.com/hashicorp/go-hclog": "v1.6.3",
	"k8s.io/kubernetes":             provision.KubernetesVersion,
	"k8s.io/client-go":              stagingVersion(),
	"k8s.io/kubectl":                stagingVersion(),
	"go.etcd.io/etcd/server/v3":     "v3.7.0",
	"github.com/spf13/cobra":        "v1.10.2",
	"github.com/google/go-cmp":      "v0.7.0",
}

// stagingVersion is the version of the k8s.io libraries that belong to
// provision.KubernetesVersion: v1.N.P is made of v0.N.P.
func stagingVersion() string {
	return strings.Replace(provision.KubernetesVersion, "v1.", "v0.", 1)
}

func TestGoModPins(t *testing.T) {
	t.Parallel()
	text := string(read(t, "go.mod"))
	if regexp.MustCompile(`(?m)^\s*replace\b`).MatchString(text) {
		t.Error("go.mod has a replace line: go install module@version would refuse it (docs/decisions/0003)")
	}
	required := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^\s*(?:require )?(\S+/\S+) (v\S+)`).FindAllStringSubmatch(text, -1) {
		required[m[1]] = m[2]
	}
	if required["k8s.io/kubernetes"] == "" {
		t.Fatal("go.mod does not require k8s.io/kubernetes, or this test cannot read it")
	}
	for name, want := range pinned {
		if got := required[name]; got != "" && got != want {
			t.Errorf("go.mod requires %s %s, want %s", name, got, want)
		}
	}
}

func TestNoPathOfOneMachine(t *testing.T) {
	t.Parallel()
	// Put together here, so that this file does not hold them itself. /root
	// alone is no such path: it is the home of root inside a node.
	foreign := []string{"/work" + "/main", "/work" + "/shared", "/root" + "/go", "/root" + "/.cache", "/tmp" + "/helpers"}
	for _, name := range files(t, func(string) bool { return true }) {
		data := read(t, name)
		for _, p := range foreign {
			if bytes.Contains(data, []byte(p)) {
				t.Errorf("%s names %s, a path of one machine", name, p)
			}
		}
	}
}

var (
	fence    = regexp.MustCompile("(?ms)^```[a-z]*\n(.*?)^```")
	makeWord = regexp.MustCompile("(?m)(?:^|`)make ([a-z0-9]+)")
	target   = regexp.MustCompile(`(?m)^([a-z0-9-]+):`)
)

func TestDocsNameRealMakeTargets(t *testing.T) {
	t.Parallel()
	targets := map[string]bool{}
	for _, m := range target.FindAllSubmatch(read(t, "Makefile"), -1) {
		targets[string(m[1])] = true
	}
	named := 0
	for _, name := range files(t, func(name string) bool { return strings.HasSuffix(name, ".md") && !strings.HasPrefix(name, "labs/") }) {
		for _, m := range makeWord.FindAllSubmatch(read(t, name), -1) {
			named++
			if !targets[string(m[1])] {
				t.Errorf("%s says make %s, which the Makefile does not have", name, m[1])
			}
		}
	}
	if named < 5 {
		t.Errorf("only %d make commands found in the documents: the pattern is broken", named)
	}
}

func TestReadmesShowTheSameCommands(t *testing.T) {
	t.Parallel()
	korean, english := blocks(read(t, "README.ko.md")), blocks(read(t, "README.md"))
	if len(english) == 0 {
		t.Fatal("README.md shows no command")
	}
	if diff := cmp.Diff(english, korean); diff != "" {
		t.Errorf("code blocks differ (-README.md +README.ko.md):\n%s", diff)
	}
}

// blocks returns the code blocks of a page without the remarks in them, which
// are in the page's language.
func blocks(page []byte) []string {
	remark := regexp.MustCompile(`(?m)\s*(^|\s)#.*$`)
	var found []string
	for _, m := range fence.FindAllSubmatch(page, -1) {
		found = append(found, remark.ReplaceAllString(string(m[1]), ""))
	}
	return found
}

func TestDecisionsAreNumberedAndWhole(t *testing.T) {
	t.Parallel()
	names := files(t, func(name string) bool { return strings.HasPrefix(name, "docs/decisions/") })
	if len(names) == 0 {
		t.Fatal("no decision records found")
	}
	numbers := map[string]string{}
	for _, name := range names {
		number, _, _ := strings.Cut(path.Base(name), "-")
		if other := numbers[number]; other != "" {
			t.Errorf("%s and %s have the same number", other, name)
		}
		numbers[number] = name
		for _, heading := range []string{"## Context", "## Choice", "## Rejected", "## Revisit when"} {
			if !bytes.Contains(read(t, name), []byte("\n"+heading+"\n")) {
				t.Errorf("%s lacks %q", name, heading)
			}
		}
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.FromSlash(name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}
