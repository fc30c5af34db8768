// Package coursetest owns the proof of a lesson's grading: before anything is
// done every scored check fails, every accepted way passes, every known mistake
// fails with the message it names, and the lab is put back after each. It must
// only be pointed at labs labctl made: it deletes what appears while it runs.
package coursetest

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/labctl-dev/labctl/internal/check"
	"github.com/labctl-dev/labctl/internal/course"
	"github.com/labctl-dev/labctl/internal/grade"
	"github.com/labctl-dev/labctl/internal/kube/keep"
	"github.com/labctl-dev/labctl/internal/kube/watch"
)

// Lab is a running lab to prove a lesson on.
type Lab struct {
	Client  watch.Client
	Dialer  check.Dialer
	Kubectl []string // absolute path of a program and the arguments that make it kubectl
	Env     []string // environment of kubectl, KEY=value, with KUBECONFIG
}

// Kind says what a Case proves.
type Kind string

// The kinds of case.
const (
	Baseline Kind = "baseline" // nothing done: no scored check passes
	Solution Kind = "solution" // an accepted way: everything passes
	Wrong    Kind = "wrong"    // a mistake: the named check fails with the named message
)

// Case is one proven or refuted claim.
type Case struct {
	Lesson  string        `json:"lesson"`
	Kind    Kind          `json:"kind"`
	Name    string        `json:"name"`
	OK      bool          `json:"ok"`
	Detail  string        `json:"detail,omitempty"` // English; why it is not OK
	Output  string        `json:"output,omitempty"` // the script's, if it is not OK
	Elapsed time.Duration `json:"elapsed"`
}

// Options bounds a proof.
type Options struct {
	Timeout time.Duration // of one case, with cleaning up; 3 minutes if 0
	Now     func() time.Time
	Report  func(Case) // called after each case; may be nil
}

// Run proves one lesson and returns its cases. The error is for what kept the
// proof from being made; a refuted claim is a Case.
func Run(ctx context.Context, lab Lab, lesson *course.Lesson, options Options) ([]Case, error) {
	if options.Timeout == 0 {
		options.Timeout = 3 * time.Minute
	}
	wrong, err := lesson.WrongOnes()
	if err != nil {
		return nil, fmt.Errorf("reading the wrong answers: %w", err)
	}
	keeper, err := keep.Remember(ctx, lab.Client)
	if err != nil {
		return nil, err
	}
	p := &proof{lab: lab, lesson: lesson, options: options, keeper: keeper}
	if err := p.run(ctx, Case{Kind: Baseline, Name: "untouched"}, p.baseline); err != nil {
		return p.cases, err
	}
	for _, script := range lesson.Solutions() {
		err := p.run(ctx, Case{Kind: Solution, Name: script}, func(ctx context.Context) (string, error) { return p.solution(ctx, script) })
		if err != nil {
			return p.cases, err
		}
	}
	for _, mistake := range wrong {
		err := p.run(ctx, Case{Kind: Wrong, Name: mistake.Name}, func(ctx context.Context) (string, error) { return p.wrong(ctx, mistake) })
		if err != nil {
			return p.cases, err
		}
	}
	return p.cases, nil
}

// Failed counts the cases that are not OK.
func Failed(cases []Case) int {
	failed := 0
	for _, c := range cases {
		if !c.OK {
			failed++
		}
	}
	return failed
}

type proof struct {
	lab     Lab
	lesson  *course.Lesson
	options Options
	keeper  *keep.Keeper
	cases   []Case
}

// run makes one case and puts the lab back, also when the case went wrong or
// the caller gave up.
func (p *proof) run(ctx context.Context, c Case, claim func(context.Context) (output string, refuted error)) error {
	began := p.options.Now()
	limited, cancel := context.WithTimeout(ctx, p.options.Timeout)
	output, refuted := claim(limited)
	cancel()
	restoring, cancel := context.WithTimeout(context.WithoutCancel(ctx), p.options.Timeout)
	defer cancel()
	if err := p.keeper.Restore(restoring); err != nil {
		return fmt.Errorf("putting the lab back after %s: %w", c.Name, err)
	}
	c.Lesson, c.OK, c.Elapsed = p.lesson.ID, refuted == nil, p.options.Now().Sub(began)
	if refuted != nil {
		c.Detail, c.Output = refuted.Error(), output
	}
	p.cases = append(p.cases, c)
	if p.options.Report != nil {
		p.options.Report(c)
	}
	return ctx.Err()
}

func (p *proof) baseline(ctx context.Context) (string, error) {
	live := grade.Open(ctx, p.lab.Client, p.lesson)
	defer live.Close()
	world := check.World{Objects: live, Dialer: p.lab.Dialer, Answers: newAnswers()}
	if passing := grade.New(p.lesson, world, p.options.Now).Baseline(ctx); len(passing) > 0 {
		return "", fmt.Errorf("these checks pass before anything is done: %s", strings.Join(passing, ", "))
	}
	return "", nil
}

func (p *proof) solution(ctx context.Context, script string) (string, error) {
	return p.play(ctx, script, func(result grade.Result) (bool, error) { return result.Passed(), nil })
}

func (p *proof) wrong(ctx context.Context, w course.Wrong) (string, error) {
	return p.play(ctx, w.Script, func(result grade.Result) (bool, error) {
		if result.Passed() {
			return false, fmt.Errorf("every check passes; %s should fail with %s", w.Check, w.Message)
		}
		found, _ := result.Find(w.Check)
		return found.State == check.Fail && found.Message != nil && found.Message.Key == w.Message, nil
	})
}

// play runs a script and then watches the checks until done says so.
func (p *proof) play(ctx context.Context, script string, done func(grade.Result) (bool, error)) (string, error) {
	answers := newAnswers()
	output, err := p.script(ctx, script, answers)
	if err != nil {
		return output, err
	}
	live := grade.Open(ctx, p.lab.Client, p.lesson)
	defer live.Close()
	world := check.World{Objects: live, Dialer: p.lab.Dialer, Answers: answers}
	var last grade.Result
	var refuted error
	err = grade.New(p.lesson, world, p.options.Now).Watch(ctx, live.Changes(), func(result grade.Result) bool {
		last = result
		finished, wrong := done(result)
		refuted = wrong
		return !finished && wrong == nil
	})
	switch {
	case refuted != nil:
		return output, refuted
	case err != nil:
		return output, fmt.Errorf("%w; the checks say: %s", err, summary(last))
	}
	return output, nil
}

// summary names what does not pass and with which message.
func summary(result grade.Result) string {
	var parts []string
	for _, step := range result.Steps {
		for _, c := range step.Checks {
			if c.State == check.Pass {
				continue
			}
			text := step.ID + "/" + c.ID + "=" + string(c.State)
			if c.Message != nil {
				text += "(" + c.Message.Key + ")"
			}
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, " ")
}
