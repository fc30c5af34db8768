package learn_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/labctl-dev/labctl/internal/cli/env"
	"github.com/labctl-dev/labctl/internal/cli/learn"
	"github.com/labctl-dev/labctl/internal/i18n"
	"github.com/labctl-dev/labctl/internal/progress"
	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/internal/report"
	"github.com/labctl-dev/labctl/internal/statedir"
	"github.com/labctl-dev/labctl/provision"
)

type fakeLab struct {
	access    provision.Access
	err       error
	abilities []provision.Ability
}

func (l fakeLab) Access(context.Context) (provision.Access, error) { return l.access, l.err }
func (l fakeLab) Abilities() ([]provision.Ability, error)          { return l.abilities, nil }
func (l fakeLab) KubectlArgv() ([]string, error)                   { return []string{"/no/kubectl"}, nil }

func able() []provision.Ability { return []provision.Ability{provision.Cluster, provision.PodNetwork} }

type bench struct {
	env       *env.Env
	out, talk bytes.Buffer
	lab       fakeLab
}

func newBench(t *testing.T, lang i18n.Lang, lab fakeLab) *bench {
	t.Helper()
	b := &bench{lab: lab}
	b.env = &env.Env{
		Stdout: &b.out, Stderr: &b.talk, Width: 80, Lang: lang, State: statedir.Root(t.TempDir()),
		Now: time.Now, Getenv: func(string) string { return "" }, Environ: func() []string { return nil },
	}
	return b
}

// run executes one command line and returns its stdout and reason.
func (b *bench) run(t *testing.T, args ...string) (string, reason.ID) {
	t.Helper()
	b.out.Reset()
	b.talk.Reset()
	root := &cobra.Command{Use: "labctl", SilenceErrors: true, SilenceUsage: true}
	root.AddCommand(learn.Commands(b.env, b.lab)...)
	root.SetArgs(args)
	err := root.ExecuteContext(t.Context())
	if err == nil {
		return b.out.String(), ""
	}
	return b.out.String(), reason.Of(err).Reason.ID
}

// cluster serves one ready pod nginx, or none, to a kubeconfig it returns.
func cluster(t *testing.T, pods string) provision.Access {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		kind, items := "DeploymentList", ""
		if strings.HasSuffix(r.URL.Path, "/pods") {
			kind, items = "PodList", pods
		}
		if r.URL.Query().Get("watch") == "true" || r.URL.Query().Get("watch") == "1" {
			if r.URL.Query().Get("sendInitialEvents") == "true" {
				w.WriteHeader(http.StatusUnprocessableEntity)
				_, _ = fmt.Fprint(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Invalid","code":422}`)
				return
			}
			w.(http.Flusher).Flush()
			<-r.Context().Done()
			return
		}
		_, _ = fmt.Fprintf(w, `{"kind":%q,"apiVersion":"v1","metadata":{"resourceVersion":"5"},"items":[%s]}`, kind, items)
	}))
	t.Cleanup(server.Close)
	path := filepath.Join(t.TempDir(), "kubeconfig")
	text := fmt.Sprintf("apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters: [{name: c, cluster: {server: %q}}]\ncontexts: [{name: c, context: {cluster: c, user: u}}]\nusers: [{name: u, user: {}}]\n", server.URL)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return provision.Access{Kubeconfig: path}
}

const readyPod = `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"nginx","namespace":"default","uid":"1"},
"spec":{"nodeName":"w1-k8s","containers":[{"name":"nginx","image":"nginx"}]},
"status":{"phase":"Running","podIP":"127.0.0.1:1","hostIP":"192.168.56.101","conditions":[{"type":"Ready","status":"True"}]}}`

func TestReadingNeedsNoLab(t *testing.T) {
	t.Parallel()
	b := newBench(t, i18n.Korean, fakeLab{err: reason.New(reason.LabAbsent, nil)})
	tests := []struct {
		args []string
		want string
		id   reason.ID
	}{
		{[]string{"course", "list"}, "2.1   배포를 통해 확인하는 파드(Pod)", ""},
		{[]string{"course", "show", "2.1"}, "kubectl run nginx --image=nginx", ""},
		{[]string{"course", "show", "9.9"}, "", reason.LessonUnknown},
		{[]string{"course", "lint"}, "", ""},
		{[]string{"course", "lint", "/nowhere/at/all"}, "", reason.CourseInvalid},
		{[]string{"course"}, "", reason.UsageWrong},
		{[]string{"check"}, "", reason.UsageWrong},
		{[]string{"check", "9.9"}, "", reason.LessonUnknown},
		{[]string{"grade", "ch9"}, "", reason.LessonUnknown},
		{[]string{"grade", "--report", "pdf"}, "", reason.UsageWrong},
		{[]string{"answer", "2.1", "ip", " "}, "", reason.UsageWrong},
		{[]string{"answer", "2.1", "create", "x"}, "", reason.StepNotAnswerable},
		{[]string{"answer", "2.1", "nostep", "x"}, "", reason.StepUnknown},
		{[]string{"hint", "2.1", "--step", "nostep"}, "", reason.StepUnknown},
	}
	for _, test := range tests {
		out, id := b.run(t, test.args...)
		if !strings.Contains(out, test.want) || id != test.id {
			t.Errorf("%v: reason %q, want %q; stdout:\n%s", test.args, id, test.id, out)
		}
	}
}

func TestWhatALabCannotDoIsSaidFirst(t *testing.T) {
	t.Parallel()
	b := newBench(t, i18n.English, fakeLab{err: reason.New(reason.LabNotRunning, nil), abilities: []provision.Ability{provision.Cluster}})
	for _, args := range [][]string{{"check", "2.1"}, {"grade", "2.1"}, {"course", "test", "2.1"}} {
		if _, id := b.run(t, args...); id != reason.AbilityMissing {
			t.Errorf("%v: %s", args, id)
		}
	}
	b.lab.abilities = able()
	if _, id := b.run(t, "check", "2.1"); id != reason.LabNotRunning {
		t.Errorf("check on a stopped lab: %s", id)
	}
}

func TestHintsArePaidInOrder(t *testing.T) {
	t.Parallel()
	b := newBench(t, i18n.Korean, fakeLab{})
	var seen []string
	for range 3 {
		out, id := b.run(t, "hint", "2.1")
		if id != "" || strings.Contains(out, "kubectl run") {
			t.Fatalf("hint: %s %s", id, out)
		}
		seen = append(seen, out)
	}
	if seen[0] == seen[1] || seen[1] == seen[2] {
		t.Errorf("the same hint twice: %q", seen)
	}
	if _, id := b.run(t, "hint", "2.1"); id != reason.HintsUsedUp {
		t.Errorf("a fourth hint: %s", id)
	}
	if out, _ := b.run(t, "hint", "2.1", "--list"); !strings.Contains(out, "힌트 3: 3점  (이미 보았습니다)") || !strings.Contains(out, "풀이: 4점") {
		t.Errorf("prices:\n%s", out)
	}
	out, id := b.run(t, "solve", "2.1")
	if id != "" || !strings.Contains(out, "kubectl run nginx --image=nginx") || strings.Contains(out, "labctl answer") {
		t.Errorf("solve: %s %s", id, out)
	}
	history, err := progress.New(b.env.State.Progress(), time.Now).Read()
	if err != nil {
		t.Fatal(err)
	}
	if tally := history.Lesson("2.1"); tally.HintCost["create"] != 6 || tally.Solutions["create"] != 4 {
		t.Errorf("record: %+v", tally)
	}
}

func TestCheckAndGrade(t *testing.T) {
	t.Parallel()
	b := newBench(t, i18n.English, fakeLab{access: cluster(t, ""), abilities: able()})
	out, id := b.run(t, "check", "2.1")
	if id != reason.ChecksFailed || !strings.Contains(out, "There is no Pod `nginx` yet") {
		t.Fatalf("empty cluster: %s\n%s", id, out)
	}
	b.lab.access = cluster(t, readyPod)
	for _, args := range [][]string{{"answer", "2.1", "ip", "127.0.0.1"}, {"answer", "2.1", "node", "W1-K8S"}} {
		if _, id := b.run(t, args...); id != "" {
			t.Fatalf("%v: %s", args, id)
		}
	}
	out, id = b.run(t, "check", "2.1", "--json")
	var doc report.Document
	if err := json.Unmarshal([]byte(out), &doc); err != nil || doc.Version != report.Version {
		t.Fatalf("%v in %s", err, out)
	}
	// All but the page, where nothing listens.
	if id != reason.ChecksFailed || doc.Passed || doc.Points != 20 || doc.Max != 30 {
		t.Errorf("%s: %d/%d, passed %v", id, doc.Points, doc.Max, doc.Passed)
	}
	b.lab.access = cluster(t, "")
	if out, id = b.run(t, "grade", "ch2"); id != reason.ChecksFailed || !strings.Contains(out, "On record: 20/30 points (0 hints and solutions cost 0, 2 checks)") {
		t.Errorf("what was earned does not stay: %s\n%s", id, out)
	}
}

func TestEveryCommandExplainsItself(t *testing.T) {
	t.Parallel()
	for _, lang := range i18n.Langs() {
		b := newBench(t, lang, fakeLab{})
		var visit func(*cobra.Command)
		visit = func(c *cobra.Command) {
			if c.Short == "" || c.Long == "" || c.Example == "" || c.RunE == nil {
				t.Errorf("%s: %s lacks a text", lang, c.CommandPath())
			}
			for _, child := range c.Commands() {
				visit(child)
			}
		}
		for _, c := range learn.Commands(b.env, b.lab) {
			visit(c)
		}
	}
}
