package progress

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/labctl-dev/labctl/internal/event"
	"github.com/labctl-dev/labctl/internal/i18n"
	"github.com/labctl-dev/labctl/internal/reason"
)

func TestBoardKeepsTheOrderAndTheLastWord(t *testing.T) {
	t.Parallel()
	var b Board
	events := []event.Event{
		{Kind: event.Step, Subject: "a", State: event.Running, Time: began},
		{Kind: event.Step, Subject: "b", State: event.Pending},
		{Kind: event.Node, Subject: "a", State: event.Done, Elapsed: time.Second},
		{Kind: event.Step, Subject: "a", State: event.Done, Elapsed: 2 * time.Second, Time: began.Add(2 * time.Second)},
	}
	for _, e := range events {
		b = b.With(e)
	}
	want := []Item{
		{Kind: event.Step, Subject: "a", State: event.Done, Started: began, Elapsed: 2 * time.Second},
		{Kind: event.Step, Subject: "b", State: event.Pending},
	}
	if diff := cmp.Diff(want, b.Of(event.Step)); diff != "" {
		t.Errorf("steps differ (-want +got):\n%s", diff)
	}
	running := Item{State: event.Running, Started: began}
	if got := running.Spent(began.Add(3 * time.Second)); got != 3*time.Second {
		t.Errorf("a running item has spent %v, want 3s", got)
	}
}

func press(code rune, mod tea.KeyMod) tea.KeyPressMsg { return tea.KeyPressMsg{Code: code, Mod: mod} }

func TestUpdate(t *testing.T) {
	t.Parallel()
	stopped := 0
	start := model{look: lookOf(i18n.English, 80, 24, false), stop: func() { stopped++ }}
	next, _ := start.Update(tea.WindowSizeMsg{Width: 60, Height: 20})
	if got := next.(model).look; got.Width != 60 || got.Height != 20 {
		t.Errorf("after a resize the frame is %dx%d, want 60x20", got.Width, got.Height)
	}
	if _, command := start.Update(press('c', 0)); command != nil {
		t.Error("c without Ctrl did something")
	}
	next, command := start.Update(press('c', tea.ModCtrl))
	if !next.(model).look.Stopping || stopped != 0 {
		t.Fatalf("Ctrl-C: stopping %v, stopped %d; Update itself must do nothing else", next.(model).look.Stopping, stopped)
	}
	if command(); stopped != 1 {
		t.Error("the command of Ctrl-C does not stop the work")
	}
	_, command = next.Update(press('c', tea.ModCtrl))
	if _, ok := command().(tea.InterruptMsg); !ok {
		t.Errorf("a second Ctrl-C leads to %T, want tea.InterruptMsg", command())
	}
	// ㅊ is c on a Korean keyboard; enhanced keyboards name the base key.
	korean := tea.KeyPressMsg{Code: 'ㅊ', BaseCode: 'c', Mod: tea.ModCtrl}
	if next, _ := start.Update(korean); !next.(model).look.Stopping {
		t.Error("Ctrl-ㅊ does not stop")
	}
	next, _ = start.Update(doneMsg{})
	if view := next.(model).View(); !strings.HasSuffix(view.Content, "\n") || strings.Contains(view.Content, "Ctrl-C") {
		t.Errorf("what stays is %q, want the summary", view.Content)
	}
}

func options80(in *strings.Reader, out *bytes.Buffer) Options {
	o := Options{Out: out, Environ: []string{"TERM=xterm"}, Look: lookOf(i18n.English, 80, 24, false)}
	if in != nil {
		o.In = in
	}
	return o
}

func TestRunShowsAndReturnsTheWork(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	broken := errors.New("broken")
	err := Run(t.Context(), options80(nil, &out), func(_ context.Context, sink event.Sink) error {
		sink.Emit(event.Event{Kind: event.Node, Subject: "m-k8s", State: event.Done})
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("Run = %v, want the work's error", err)
	}
	if !strings.Contains(out.String(), "Nodes 1/1") {
		t.Errorf("the summary does not stay on the screen: %q", out.String())
	}
}

func TestRunEndsOnCtrlC(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, typed string
		obeys       bool // the work ends when its context does
	}{
		{"once", "\x03", true},
		{"twice leaves at once", "\x03\x03", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			released := make(chan struct{})
			t.Cleanup(func() { close(released) })
			err := Run(t.Context(), options80(strings.NewReader(test.typed), &out), func(ctx context.Context, _ event.Sink) error {
				<-ctx.Done()
				if !test.obeys {
					<-released
				}
				return ctx.Err()
			})
			var known *reason.Error
			if !errors.As(err, &known) || known.Reason.ID != reason.Interrupt {
				t.Errorf("Run = %v, want reason INTERRUPTED", err)
			}
			if strings.Contains(out.String(), "$p") {
				t.Errorf("the terminal was asked something: %q", out.String())
			}
		})
	}
}

func TestRunOutlivesAPanic(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	err := Run(t.Context(), options80(nil, &out), func(context.Context, event.Sink) error { panic("boom") })
	if err == nil || !strings.Contains(err.Error(), "panic: boom") {
		t.Errorf("Run = %v, want the panic as an error", err)
	}
}
