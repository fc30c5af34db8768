package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/labctl-dev/labctl/internal/cli/env"
	"github.com/labctl-dev/labctl/internal/cli/refdocs"
	"github.com/labctl-dev/labctl/internal/i18n"
	"github.com/labctl-dev/labctl/internal/safefile"
	"github.com/labctl-dev/labctl/internal/statedir"
)

// newDocs is the hidden command that writes the reference pages.
func newDocs(e *env.Env) *cobra.Command {
	var dir string
	command := &cobra.Command{
		Use:    "docs",
		Hidden: true,
		Args:   noArgs(e),
		RunE: func(*cobra.Command, []string) error {
			pages, err := referencePages()
			if err != nil {
				return err
			}
			for name, content := range pages {
				path := filepath.Join(dir, name)
				if err := os.WriteFile(path, []byte(content), 0o644); err != nil { //nolint:gosec // pages are for everybody
					return safefile.Explain(path, err)
				}
			}
			return nil
		},
	}
	command.Flags().StringVar(&dir, "dir", filepath.Join("docs", "reference"), "`DIR` of the pages")
	return withoutState(command)
}

// referencePages makes every page. Nothing of the environment goes in.
func referencePages() (map[string]string, error) {
	pages := map[string]string{"exit-codes.md": refdocs.ExitCodes(), "reasons.md": refdocs.Reasons()}
	for l, name := range map[i18n.Lang]string{i18n.English: "cli.md", i18n.Korean: "cli.ko.md"} {
		nowhere := &env.Env{
			Lang: l, LabName: statedir.DefaultLab, Width: 80,
			Getenv: func(string) string { return "" }, Environ: func() []string { return nil },
		}
		page, err := refdocs.CLI(newRoot(nowhere, nil), l)
		if err != nil {
			return nil, fmt.Errorf("making %s: %w", name, err)
		}
		pages[name] = page
	}
	return pages, nil
}
