package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/go-hclog"

	"github.com/labctl-dev/labctl/internal/cli/env"
	"github.com/labctl-dev/labctl/internal/event"
	"github.com/labctl-dev/labctl/internal/i18n"
	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/internal/statedir"
	"github.com/labctl-dev/labctl/provision"
)

// memory is a provider of one lab that is ready until it is destroyed.
type memory struct {
	destroyed bool
}

func (m *memory) Name() string                   { return "embedded" }
func (m *memory) Abilities() []provision.Ability { return nil }
func (m *memory) Up(context.Context, provision.Lab, provision.Plan, event.Sink) error {
	m.destroyed = false
	return nil
}
func (m *memory) Down(context.Context, provision.Lab, event.Sink) error { return nil }
func (m *memory) Destroy(_ context.Context, lab provision.Lab, _ event.Sink) error {
	m.destroyed = true
	return os.RemoveAll(lab.Dir)
}

func (m *memory) Status(_ context.Context, lab provision.Lab) (provision.Status, error) {
	state := provision.Ready
	if m.destroyed {
		state = provision.Absent
	}
	return provision.Status{Lab: lab.Name, Provider: m.Name(), State: state}, nil
}

// testEnv is an English environment without a terminal, over memory.
func testEnv(t *testing.T) *env.Env {
	t.Helper()
	provider := &memory{}
	return &env.Env{
		Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard,
		Width: 80, Height: 24, Lang: i18n.English, LabName: statedir.DefaultLab,
		Getenv: func(string) string { return "" }, Environ: func() []string { return nil },
		Now: time.Now, State: statedir.Root(t.TempDir()), Log: hclog.NewNullLogger(),
		Executable: os.Executable,
		Provider:   func(string) (provision.Provider, error) { return provider, nil },
	}
}

func TestDestroyAsksOnATerminal(t *testing.T) {
	t.Parallel()
	tests := []struct {
		answer string
		want   reason.Exit
		gone   bool
	}{
		{"y\n", reason.OK, true},
		{"YES\n", reason.OK, true},
		{"ㅛ\n", reason.OK, true},
		{"\n", reason.Usage, false},
		{"n\n", reason.Usage, false},
		{"", reason.Usage, false},
	}
	for _, test := range tests {
		t.Run(test.answer, func(t *testing.T) {
			t.Parallel()
			var screen bytes.Buffer
			e := testEnv(t)
			e.Stdin, e.Stderr, e.StdinTTY, e.StderrTTY = strings.NewReader(test.answer), &screen, true, true
			e.Getenv = func(name string) string { return map[string]string{"TERM": "dumb"}[name] }
			lab, err := e.Lab()
			if err != nil {
				t.Fatal(err)
			}
			if err := os.MkdirAll(lab.Dir, 0o700); err != nil {
				t.Fatal(err)
			}
			if got := execute(t.Context(), e, []string{"destroy"}); got != int(test.want) {
				t.Errorf("exit %d, want %d; the screen: %s", got, test.want, &screen)
			}
			if !strings.Contains(screen.String(), lab.Dir) || !strings.Contains(screen.String(), "Remove it? [y/N]") {
				t.Errorf("the screen %q does not say what goes", &screen)
			}
			if _, err := os.Stat(lab.Dir); errors.Is(err, os.ErrNotExist) != test.gone {
				t.Errorf("the lab is gone: %v, want %v", !test.gone, test.gone)
			}
		})
	}
}

func TestUpFlags(t *testing.T) {
	t.Parallel()
	tests := []struct {
		args string
		want upOptions
	}{
		{"", upOptions{timeout: 5 * time.Minute}},
		{"--provider embedded --new-ports --timeout 30s", upOptions{provider: "embedded", newPorts: true, timeout: 30 * time.Second}},
	}
	for _, test := range tests {
		e := testEnv(t)
		var got upOptions
		command := newUp(e, func(_ context.Context, o *upOptions) error { got = *o; return nil })
		command.SetArgs(strings.Fields(test.args))
		if err := command.ExecuteContext(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got.provider != test.want.provider || got.newPorts != test.want.newPorts || got.timeout != test.want.timeout {
			t.Errorf("up %s = %+v, want %+v", test.args, got, test.want)
		}
	}
}

func TestKubectlFlagsAreNotOurs(t *testing.T) {
	t.Parallel()
	tests := []struct {
		args []string
		lab  string
		want []string
	}{
		{[]string{"kubectl", "get", "pods", "--lab", "x", "-h"}, "default", []string{"get", "pods", "--lab", "x", "-h"}},
		{[]string{"--lab", "exam", "kubectl", "--output", "yaml"}, "exam", []string{"--output", "yaml"}},
		{[]string{"--no-color", "kubectl", "up"}, "default", []string{"up"}},
		{[]string{"--lab=exam", "kubectl", "exec", "p", "--", "ls", "-l"}, "exam", []string{"exec", "p", "--", "ls", "-l"}},
	}
	for _, test := range tests {
		e := testEnv(t)
		root := newRoot(e, test.args)
		root.RemoveCommand(child(root, "kubectl"))
		var got []string
		root.AddCommand(newKubectl(e, func(_ context.Context, o *kubectlOptions) error { got = o.args; return nil }))
		root.SetArgs(test.args)
		if err := root.ExecuteContext(t.Context()); err != nil {
			t.Errorf("%q: %v", test.args, err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" || e.LabName != test.lab {
			t.Errorf("%q: lab %s; arguments differ (-want +got):\n%s", test.args, e.LabName, diff)
		}
	}
}

func TestScan(t *testing.T) {
	t.Parallel()
	tests := []struct {
		args string
		want early
	}{
		{"up --lang en", early{lang: i18n.English}},
		{"--lang=ko status --json", early{lang: i18n.Korean, json: true}},
		{"up -o json --log-level debug", early{json: true, logLevel: "debug"}},
		{"kubectl get pods -o json --lang en", early{}},
		{"up --lang fr", early{}},
		{"--lang", early{}},
	}
	for _, test := range tests {
		if got := scan(strings.Fields(test.args)); got != test.want {
			t.Errorf("scan(%q) = %+v, want %+v", test.args, got, test.want)
		}
	}
}

func TestStatusWatchShowsEveryChangeUntilInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	e := testEnv(t)
	provider := &memory{}
	asked := 0
	e.Provider = func(string) (provision.Provider, error) {
		if asked++; asked == 3 {
			provider.destroyed = true
		}
		if asked == 6 {
			cancel()
		}
		return provider, nil
	}
	var out bytes.Buffer
	e.Stdout = &out
	if err := runStatus(ctx, &statusOptions{env: e, watch: true, every: time.Millisecond}); err != nil {
		t.Fatalf("runStatus = %v, want nil: to end is what Ctrl-C asks of --watch", err)
	}
	want := "Lab default (embedded): ready\nNext: labctl shell\nNext: labctl course list\n\nLab default: not made yet\nNext: labctl up\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("output differs (-want +got):\n%s", diff)
	}
}

func TestReportInBothLanguagesAndJSON(t *testing.T) {
	t.Parallel()
	err := reason.New(reason.LabNotRunning, errors.New("no supervisor"), "lab", "exam")
	tests := []struct {
		name string
		lang i18n.Lang
		json bool
		want string
	}{
		{"ko", i18n.Korean, false, "labctl: 실습 환경 `exam` 이(가) 켜져 있지 않습니다.\n  → `labctl up` 으로 켜세요.\n"},
		{"en", i18n.English, false, "labctl: The lab `exam` is not running.\n  → Start it with `labctl up`.\n"},
		{"json", i18n.English, true, `{"error":{"id":"LAB_NOT_RUNNING","exit":69,"what":"The lab ` + "`exam`" + ` is not running.","fix":"Start it with ` + "`labctl up`" + `.","detail":"no supervisor"}}` + "\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var screen bytes.Buffer
			e := testEnv(t)
			e.Stderr, e.Lang, e.JSON = &screen, test.lang, test.json
			if got := report(e, err); got != int(reason.Unavailable) {
				t.Errorf("exit %d, want %d", got, reason.Unavailable)
			}
			if diff := cmp.Diff(test.want, screen.String()); diff != "" {
				t.Errorf("the error differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEdits(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"up", "up", 0}, {"stauts", "status", 2}, {"dwn", "down", 1}, {"", "abc", 3}} {
		if got := edits(test.a, test.b); got != test.want {
			t.Errorf("edits(%q, %q) = %d, want %d", test.a, test.b, got, test.want)
		}
	}
}
