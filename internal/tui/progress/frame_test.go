package progress

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"github.com/labctl-dev/labctl/internal/event"
	"github.com/labctl-dev/labctl/internal/i18n"
)

var update = flag.Bool("update", false, "write the golden frames")

var began = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// midway is a lab on its way up: some of everything, one thing failed before.
func midway() Board {
	var b Board
	tell := func(kind event.Kind, subject string, state event.State, at, spent time.Duration, detail string) {
		b = b.With(event.Event{Time: began.Add(at), Kind: kind, Subject: subject, State: state, Elapsed: spent, Detail: detail})
	}
	for _, name := range []string{"record", "pki", "config", "supervisor", "apiserver", "objects", "nodes", "proof"} {
		tell(event.Step, name, event.Pending, 0, 0, "")
	}
	tell(event.Step, "record", event.Skipped, 0, 0, "")
	tell(event.Step, "pki", event.Done, 300*time.Millisecond, 300*time.Millisecond, "7 certificates")
	tell(event.Step, "config", event.Done, 400*time.Millisecond, 100*time.Millisecond, "")
	tell(event.Step, "supervisor", event.Running, 400*time.Millisecond, 0, "")
	tell(event.Component, "etcd", event.Done, 900*time.Millisecond, 500*time.Millisecond, "")
	tell(event.Component, "kube-apiserver", event.Running, 500*time.Millisecond, 0, "")
	tell(event.Component, "kube-controller-manager", event.Pending, 0, 0, "")
	tell(event.Component, "kube-scheduler", event.Failed, time.Second, time.Second, "port in use")
	tell(event.Component, "gateway", event.Done, time.Second, time.Second, "")
	for _, name := range []string{"m-k8s", "w1-k8s", "w2-k8s", "w3-k8s"} {
		tell(event.Component, name, event.Running, 500*time.Millisecond, 0, "")
		tell(event.Node, name, event.Pending, 0, 0, "")
	}
	tell(event.Node, "m-k8s", event.Done, 2*time.Second, time.Second, "")
	return b
}

func lookOf(l i18n.Lang, width, height int, color bool) Look {
	return Look{
		Verb: "up", Lab: "default", Lang: l, Color: color, Width: width, Height: height,
		Began: began, Now: began.Add(2400 * time.Millisecond), Beat: 1,
	}
}

func TestFramesLookAsDrawn(t *testing.T) {
	t.Parallel()
	for _, lang := range i18n.Langs() {
		for _, size := range [][2]int{{80, 24}, {120, 40}} {
			for _, color := range []bool{false, true} {
				name := fmt.Sprintf("%s-%dx%d-color=%v", lang, size[0], size[1], color)
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					look := lookOf(lang, size[0], size[1], color)
					golden(t, "frame-"+name, Frame(midway(), look))
					golden(t, "summary-"+name, Summary(midway(), look))
				})
			}
		}
	}
}

// golden keeps escape sequences readable, so that a change can be reviewed.
func golden(t *testing.T, name, got string) {
	t.Helper()
	got = strings.ReplaceAll(got, "\x1b", "<ESC>") + "\n"
	path := filepath.Join("testdata", strings.ReplaceAll(name, "=", "-")+".golden")
	if *update {
		if err := os.MkdirAll("testdata", 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got; -update writes it):\n%s", path, diff)
	}
}

// TestFramesFitTheTerminal holds the sizes at which terminals really are.
func TestFramesFitTheTerminal(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{20, 5}, {40, 12}, {79, 24}, {80, 24}, {81, 25}, {200, 60}} {
		for _, lang := range i18n.Langs() {
			frame := Frame(midway(), lookOf(lang, size[0], size[1], true))
			lines := strings.Split(frame, "\n")
			if len(lines) > size[1]-1 {
				t.Errorf("%dx%d %s: %d lines, want at most %d", size[0], size[1], lang, len(lines), size[1]-1)
			}
			for _, line := range lines {
				if w := ansi.StringWidth(line); w > size[0] {
					t.Errorf("%dx%d %s: %d cells in %q", size[0], size[1], lang, w, line)
				}
			}
		}
	}
}

func TestNoColorMeansNoEscapes(t *testing.T) {
	t.Parallel()
	look := lookOf(i18n.Korean, 80, 24, false)
	if frame := Frame(midway(), look) + Summary(midway(), look); strings.Contains(frame, "\x1b") {
		t.Errorf("escape sequence in %q", frame)
	}
}
