package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/labctl-dev/labctl/internal/i18n"
)

func TestTalkWithoutTerminal(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	now := time.Unix(1000, 0)
	say := &talker{out: &out, lang: i18n.English, now: func() time.Time { return now }}
	for range 25 { // one call a second
		say.passing(textLinking, map[string]string{"elapsed": clock(now.Sub(time.Unix(1000, 0)))})
		now = now.Add(time.Second)
	}
	say.raw("compiler: no")
	want := "  linking the programs · 0s so far\n  linking the programs · 10s so far\n  linking the programs · 20s so far\ncompiler: no\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("output (-want +got):\n%s", diff)
	}
}

func TestTalkOnTerminalWipesBeforeMessages(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	say := &talker{out: &out, tty: true, lang: i18n.Korean, now: time.Now}
	say.passing(i18n.Text{KO: "링크 1"}, nil)
	say.raw("x")
	if want := "링크 1\r" + strings.Repeat(" ", 6) + "\rx\n"; out.String() != want {
		t.Errorf("output %q, want %q", out.String(), want)
	}
}

func TestProgressFitsTerminal(t *testing.T) {
	t.Parallel()
	tr := newTracker(map[string]int64{"a": 1 << 40, "b": 1}, 1, time.Unix(0, 0))
	for _, lang := range i18n.Langs() {
		var out bytes.Buffer
		tr.show(&talker{out: &out, tty: true, lang: lang, now: time.Now}, time.Unix(4000, 0))
		if got := columns(out.String()); got > 79 || got < 20 {
			t.Errorf("%s: progress takes %d columns: %q", lang, got, out.String())
		}
		if strings.ContainsAny(out.String(), "{}") {
			t.Errorf("%s: a name was not filled in: %q", lang, out.String())
		}
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{0: "0s", 59*time.Second + 400*time.Millisecond: "59s", 125 * time.Second: "2m05s"} {
		if got := clock(d); got != want {
			t.Errorf("clock(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestLinesKeepsPartsTogether(t *testing.T) {
	t.Parallel()
	var got []string
	l := &lines{each: func(s string) { got = append(got, s) }}
	for _, part := range []string{"k8s.io/a", "pi\r\n# x\nlast", " one"} {
		if n, err := l.Write([]byte(part)); n != len(part) || err != nil {
			t.Fatalf("Write = %d, %v", n, err)
		}
	}
	l.flush()
	if diff := cmp.Diff([]string{"k8s.io/api", "# x", "last one"}, got); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}
