package cli

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/labctl-dev/labctl/internal/i18n"
)

var update = flag.Bool("update", false, "write the reference pages")

// TestReferencePagesAreFresh fails when a page differs from the code;
// go test ./internal/cli -update writes them.
func TestReferencePagesAreFresh(t *testing.T) {
	t.Parallel()
	pages, err := referencePages()
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range pages {
		path := filepath.Join("..", "..", "docs", "reference", name)
		if *update {
			if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(got), content); diff != "" {
			t.Errorf("%s is stale (-page +code):\n%s", name, diff)
		}
	}
}

// TestEveryCommandIsDocumented holds what help promises of each command.
func TestEveryCommandIsDocumented(t *testing.T) {
	t.Parallel()
	for _, lang := range i18n.Langs() {
		e := testEnv(t)
		e.Lang = lang
		eachCommand(newRoot(e, nil), func(command *cobra.Command) {
			if command.Hidden || !command.Runnable() {
				return
			}
			if command.Short == "" || command.Long == "" {
				t.Errorf("%s (%s) says nothing about itself", command.CommandPath(), lang)
			}
			for line := range strings.SplitSeq(command.Example, "\n") {
				if !strings.HasPrefix(line, "  labctl") && !command.HasSubCommands() {
					t.Errorf("%s (%s): the example %q is no command line", command.CommandPath(), lang, line)
				}
			}
		})
	}
}

// TestExamplesAreUnderstood parses every example: its command and its flags
// must exist.
func TestExamplesAreUnderstood(t *testing.T) {
	t.Parallel()
	var lines []string
	eachCommand(newRoot(testEnv(t), nil), func(command *cobra.Command) {
		for line := range strings.SplitSeq(command.Example, "\n") {
			if line = strings.TrimSpace(line); line != "" {
				lines = append(lines, line)
			}
		}
	})
	for _, line := range lines {
		line, _, _ = strings.Cut(line, " \"") // a quoted argument stays one word below
		words := strings.Fields(line)
		if words[0] != "labctl" {
			continue
		}
		root := newRoot(testEnv(t), words[1:])
		command, rest, err := root.Traverse(words[1:])
		if err != nil || (command == root && len(rest) > 0 && !strings.HasPrefix(rest[0], "-")) {
			t.Errorf("%q names no command: %v", line, err)
			continue
		}
		if command.DisableFlagParsing || strings.HasSuffix(line, " -c") {
			continue
		}
		if err := command.ParseFlags(rest); err != nil {
			t.Errorf("%q: %v", line, err)
		}
	}
}
