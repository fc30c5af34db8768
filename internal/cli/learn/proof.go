package learn

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/labctl-dev/labctl/internal/check"
	"github.com/labctl-dev/labctl/internal/cli/env"
	"github.com/labctl-dev/labctl/internal/cli/manual"
	"github.com/labctl-dev/labctl/internal/course"
	"github.com/labctl-dev/labctl/internal/coursetest"
	"github.com/labctl-dev/labctl/internal/i18n"
	"github.com/labctl-dev/labctl/internal/kube"
	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/provision"
)

type testOptions struct {
	env     *env.Env
	lab     LabAccess
	scope   string
	timeout time.Duration
}

func newTest(e *env.Env, lab LabAccess, runF func(context.Context, *testOptions) error) *cobra.Command {
	opts := &testOptions{env: e, lab: lab}
	command := &cobra.Command{
		Use:  "test [LESSON | CHAPTER]",
		Args: args(e, 0, 1),
		RunE: func(command *cobra.Command, given []string) error {
			if len(given) > 0 {
				opts.scope = given[0]
			}
			if runF != nil {
				return runF(command.Context(), opts)
			}
			return runTest(command.Context(), opts)
		},
	}
	command.Flags().DurationVar(&opts.timeout, "timeout", 3*time.Minute, i18n.Text{KO: "한 경우에 쓸 수 있는 `시간`", EN: "`TIME` one case may take"}.In(e.Lang))
	return manual.Page{
		Short: i18n.Text{KO: "채점이 올바른지 증명합니다", EN: "Prove that the grading is right"},
		Long: i18n.Text{
			KO: "실습 환경에서 단원의 solutions/ 가 모두 통과하고 wrong/ 가 모두 정해진 메시지로 실패하는지 확인합니다.\n만드는 사람을 위한 명령입니다. 확인하는 동안 새로 생긴 오브젝트는 모두 지우므로 실습 중인 환경에서는 쓰지 마세요.",
			EN: "Runs every script of solutions/ and wrong/ on the lab and sees that the first pass and the others fail with the\nmessage they name. It is meant for authors. Whatever appears in the lab meanwhile is deleted: do not use it on a\nlab somebody is working in.",
		},
		Example: "labctl course test\nlabctl --lab proof course test 2.1",
		Exits:   []reason.Exit{reason.NotPassed, reason.NoInput, reason.Unavailable},
	}.Apply(command, e.Lang)
}

func runTest(ctx context.Context, opts *testOptions) error {
	c, err := loadCourse()
	if err != nil {
		return err
	}
	lessons, err := inScope(c, opts.scope)
	if err != nil {
		return err
	}
	for _, lesson := range lessons {
		if err := able(opts.lab, lesson); err != nil {
			return err
		}
	}
	lab, err := proofLab(ctx, opts)
	if err != nil {
		return err
	}
	for _, lesson := range lessons {
		if err := prove(ctx, opts, lab, lesson); err != nil {
			return err
		}
	}
	return nil
}

func proofLab(ctx context.Context, opts *testOptions) (coursetest.Lab, error) {
	access, err := opts.lab.Access(ctx)
	if err != nil {
		return coursetest.Lab{}, err
	}
	client, err := kube.Load(access.Kubeconfig)
	if err != nil {
		return coursetest.Lab{}, err
	}
	dialer, err := check.NewDialer(access.ProxyURL)
	if err != nil {
		return coursetest.Lab{}, err
	}
	kubectl, err := opts.lab.KubectlArgv()
	if err != nil {
		return coursetest.Lab{}, err
	}
	return coursetest.Lab{Client: client.Dynamic, Dialer: dialer, Kubectl: kubectl, Env: kubectlEnv(opts.env, access)}, nil
}

// kubectlEnv keeps what kubectl needs of the environment and nothing that would
// let it start a plug-in.
func kubectlEnv(e *env.Env, access provision.Access) []string {
	kept := []string{"KUBECONFIG=" + access.Kubeconfig, "PATH="}
	if access.CacheDir != "" {
		kept = append(kept, "KUBECACHEDIR="+access.CacheDir)
	}
	for _, entry := range e.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		switch strings.ToUpper(name) {
		case "HOME", "USERPROFILE", "SYSTEMROOT", "TMPDIR", "TEMP", "LABCTL_HOME":
			kept = append(kept, entry)
		}
	}
	return kept
}

func prove(ctx context.Context, opts *testOptions, lab coursetest.Lab, lesson *course.Lesson) error {
	var failure error
	cases, err := coursetest.Run(ctx, lab, lesson, coursetest.Options{
		Timeout: opts.timeout, Now: opts.env.Now,
		Report: func(c coursetest.Case) {
			if err := writeCase(opts.env, c); err != nil {
				failure = err
			}
		},
	})
	switch {
	case err != nil:
		return interrupted(err)
	case failure != nil:
		return failure
	}
	if failed := coursetest.Failed(cases); failed > 0 {
		return reason.New(reason.ProofFailed, nil, "lesson", lesson.ID, "failed", strconv.Itoa(failed), "all", strconv.Itoa(len(cases)))
	}
	return nil
}

func writeCase(e *env.Env, c coursetest.Case) error {
	if e.JSON {
		return json.NewEncoder(e.Stdout).Encode(c)
	}
	mark := "✓"
	if !c.OK {
		mark = "✗"
	}
	line := fmt.Sprintf("%s %s %-8s %-28s %6.1fs\n", mark, c.Lesson, c.Kind, c.Name, c.Elapsed.Seconds())
	if !c.OK {
		line += "    " + c.Detail + "\n" + c.Output
	}
	_, err := fmt.Fprint(e.Stdout, line)
	return err
}
