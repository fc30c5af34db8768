package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"github.com/labctl-dev/labctl/internal/check"
	"github.com/labctl-dev/labctl/internal/course"
	"github.com/labctl-dev/labctl/internal/grade"
	"github.com/labctl-dev/labctl/internal/i18n"
	"github.com/labctl-dev/labctl/internal/progress"
	"github.com/labctl-dev/labctl/internal/report"
	"github.com/labctl-dev/labctl/labs"
)

var update = flag.Bool("update", false, "write the golden files") //nolint:gochecknoglobals // the go test way

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func lesson(t *testing.T) *course.Lesson {
	t.Helper()
	c, err := course.Load(labs.Files())
	if err != nil {
		t.Fatal(err)
	}
	return c.Lesson("2.1")
}

func shared(t *testing.T, l *course.Lesson, key string, args map[string]string) *check.Message {
	t.Helper()
	text, ok := l.Message(key)
	if !ok {
		t.Fatalf("there is no message %q", key)
	}
	return &check.Message{Key: key, Args: args, Text: text}
}

// mixed is a result with every state, from the wrong answer `kubectl run nginx --image=ngnix`.
func mixed(t *testing.T, l *course.Lesson) grade.Result {
	t.Helper()
	pod := []check.Object{{Kind: "Pod", Namespace: "default", Name: "nginx", ResourceVersion: "31"}}
	one := func(id string, points, most int, v check.Verdict) grade.CheckResult {
		v.Objects = pod
		return grade.CheckResult{ID: id, Points: points, Max: most, Verdict: v}
	}
	create := grade.StepResult{ID: "create", State: check.Fail, Points: 4, Max: 10, Checks: []grade.CheckResult{
		one("exists", 4, 4, check.Verdict{State: check.Pass}),
		one("image", 0, 2, check.Verdict{
			State: check.Fail, Message: shared(t, l, "builtin.not_yet", nil),
			Findings: []check.Finding{{Path: "image(c.image).repo", Op: check.OpEqual, Expected: `"docker.io/library/nginx"`, Seen: `"docker.io/library/ngnix"`, Element: "nginx", AnyOf: true}},
		}),
		one("ready", 0, 4, check.Verdict{
			State: check.Fail, Message: shared(t, l, "doctor.image_pull", map[string]string{"pod": "nginx", "image": "ngnix", "reason": "ImagePullBackOff"}),
			Findings: []check.Finding{{Path: "ready(pod)", Op: check.OpTrue, Seen: "false"}},
		}),
	}}
	create.Checks[0].Gate = true
	ip := grade.StepResult{ID: "ip", State: check.Fail, Max: 5, Checks: []grade.CheckResult{
		one("answer", 0, 5, check.Verdict{State: check.Fail, Message: shared(t, l, "builtin.answer_wrong", map[string]string{"given": "172.16.1.1"})}),
	}}
	reach := grade.StepResult{ID: "reach", State: check.CannotTell, Max: 10, Checks: []grade.CheckResult{
		one("page", 0, 10, check.Verdict{State: check.CannotTell, Err: errors.New("door"), Message: shared(t, l, "builtin.cannot_tell", map[string]string{"detail": "the lab's network door: connection refused"})}),
	}}
	node := grade.StepResult{ID: "node", State: check.Pass, Points: 5, Max: 5, Checks: []grade.CheckResult{one("answer", 5, 5, check.Verdict{State: check.Pass})}}
	return grade.Result{Lesson: "2.1", State: check.Fail, Points: 9, Max: 30, Steps: []grade.StepResult{create, ip, reach, node}}
}

func TestText(t *testing.T) {
	t.Parallel()
	l := lesson(t)
	for _, test := range []struct {
		name  string
		lang  i18n.Lang
		color bool
	}{{"ko.txt", i18n.Korean, false}, {"en.txt", i18n.English, false}, {"ko-color.txt", i18n.Korean, true}, {"en-color.txt", i18n.English, true}} {
		var out bytes.Buffer
		o := report.Options{Lang: test.lang, Color: test.color, Width: 80}
		if err := report.Text(&out, l, mixed(t, l), o); err != nil {
			t.Fatal(err)
		}
		if err := report.TextEarned(&out, report.Earned{Points: 7, Max: 30, HelpCost: 2, Hints: 2, Attempts: 3}, o); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(out.String()) {
			if width := ansi.StringWidth(strings.TrimSuffix(line, "\n")); width > 80 {
				t.Errorf("%s: %d columns: %s", test.name, width, line)
			}
			if !test.color && strings.Contains(line, "\x1b") {
				t.Errorf("%s: colour in %q", test.name, line)
			}
		}
		golden(t, test.name, out.Bytes())
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	l := lesson(t)
	var out bytes.Buffer
	doc := report.NewDocument([]*course.Lesson{l}, []grade.Result{mixed(t, l)}, []report.Earned{{Points: 7, Max: 30}})
	if err := report.JSON(&out, doc, true); err != nil {
		t.Fatal(err)
	}
	golden(t, "report.json", out.Bytes())
	var back report.Document
	if err := json.Unmarshal(out.Bytes(), &back); err != nil || back.Passed || back.Points != 9 {
		t.Errorf("read back %+v, %v", back, err)
	}
}

func TestCopyableTextIsNeverBroken(t *testing.T) {
	t.Parallel()
	l := lesson(t)
	result := mixed(t, l)
	result.Steps[0].Checks[1].Message = &check.Message{Text: i18n.Text{EN: "Now run `kubectl get pod nginx --output wide` and look at the column that is called IP."}}
	var out bytes.Buffer
	if err := report.Text(&out, l, result, report.Options{Lang: i18n.English, Width: 50}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "`kubectl get pod nginx --output wide`") {
		t.Errorf("the command was broken:\n%s", out.String())
	}
}

func TestFindingsSpeakBothLanguages(t *testing.T) {
	t.Parallel()
	for _, op := range []check.Op{check.OpTrue, check.OpFalse, check.OpPresent, check.OpContains, check.OpIn, check.OpEqual, ">="} {
		finding := check.Finding{Path: "pod.x", Op: op, Expected: "3", Seen: "2"}
		ko, en := report.Finding(finding, i18n.Korean), report.Finding(finding, i18n.English)
		if ko == en || strings.Contains(ko+en, "{") || !strings.Contains(ko, "pod.x") {
			t.Errorf("%s: %q / %q", op, ko, en)
		}
	}
}

func TestAccount(t *testing.T) {
	t.Parallel()
	l := lesson(t)
	tests := map[string]struct {
		tally progress.Tally
		want  report.Earned
	}{
		"nothing":                               {progress.Tally{}, report.Earned{Max: 30}},
		"help before passing costs nothing yet": {progress.Tally{HintCost: map[string]int{"create": 3}, Hints: map[string]int{"create": 2}}, report.Earned{Max: 30, Hints: 2}},
		"help is paid from its own step": {progress.Tally{
			Attempts: 2, Passed: map[string]int{"create/exists": 4, "node/answer": 5},
			HintCost: map[string]int{"create": 6}, Hints: map[string]int{"create": 3}, Solutions: map[string]int{"create": 4},
		}, report.Earned{Points: 5, Max: 30, HelpCost: 4, Hints: 3, Attempts: 2}},
		"never more than the check gives": {progress.Tally{Passed: map[string]int{"create/exists": 400}}, report.Earned{Points: 4, Max: 30}},
	}
	for name, test := range tests {
		if diff := cmp.Diff(test.want, report.Account(l, test.tally)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
