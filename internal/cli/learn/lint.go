package learn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/labctl-dev/labctl/internal/cli/env"
	"github.com/labctl-dev/labctl/internal/cli/manual"
	"github.com/labctl-dev/labctl/internal/course"
	"github.com/labctl-dev/labctl/internal/i18n"
	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/labs"
)

type lintOptions struct {
	env *env.Env
	dir string // "" is the course in the program
}

func newLint(e *env.Env, runF func(context.Context, *lintOptions) error) *cobra.Command {
	opts := &lintOptions{env: e}
	command := &cobra.Command{
		Use:  "lint [DIR]",
		Args: args(e, 0, 1),
		RunE: func(command *cobra.Command, given []string) error {
			if len(given) > 0 {
				opts.dir = given[0]
			}
			if runF != nil {
				return runF(command.Context(), opts)
			}
			return runLint(command.Context(), opts)
		},
	}
	return manual.Page{
		Short: i18n.Text{KO: "강의 파일에 잘못된 곳이 있는지 찾습니다", EN: "Find mistakes in course files"},
		Long: i18n.Text{
			KO: "course.yaml이 있는 폴더(없으면 labctl에 든 강의)를 읽어 잘못된 곳을 모두 한 번에 보여 줍니다.\n한 줄에 하나씩 `파일:줄: 항목: 무엇이 잘못되었는지; 고치는 방법` 입니다. 아무것도 실행하지 않습니다.",
			EN: "Reads the folder with course.yaml (without one: the course inside labctl) and shows every mistake at once,\none a line: `file:line: field: what is wrong; the fix`. It runs nothing.",
		},
		Example: "labctl course lint\nlabctl course lint ./labs",
		Exits:   []reason.Exit{reason.DataErr, reason.NoInput},
	}.Apply(command, e.Lang)
}

func runLint(_ context.Context, opts *lintOptions) error {
	files, closeDir, err := courseFiles(opts.dir)
	if err != nil {
		return err
	}
	defer closeDir()
	c, err := course.Load(files)
	var problems course.Problems
	if err != nil && !errors.As(err, &problems) {
		return err
	}
	if opts.env.JSON {
		if problems == nil {
			problems = course.Problems{}
		}
		if err := json.NewEncoder(opts.env.Stdout).Encode(problems); err != nil {
			return fmt.Errorf("writing the problems: %w", err)
		}
	}
	if len(problems) > 0 {
		return invalid(problems)
	}
	_, err = fmt.Fprintf(opts.env.Stderr, i18n.Text{KO: "단원 %d개에서 잘못된 곳을 찾지 못했습니다.\n", EN: "No mistake found in %d lessons.\n"}.In(opts.env.Lang), len(c.Lessons))
	return err
}

// courseFiles opens a course. A folder is opened as a root that no link and no
// ".." leads out of.
func courseFiles(dir string) (fs.FS, func(), error) {
	if dir == "" {
		return labs.Files(), func() {}, nil
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		problem := course.Problem{File: dir, What: err.Error(), Fix: "name the folder that holds course.yaml"}
		return nil, nil, reason.New(reason.CourseInvalid, err, "problems", problem.String())
	}
	return root.FS(), func() { _ = root.Close() }, nil
}
