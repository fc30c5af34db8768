package tty

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/labctl-dev/labctl/internal/simruntime/process"
)

// typed feeds a terminal and returns what it shows and what a program reads, one
// entry for each read; "" is an end of file.
func typed(t *testing.T, chunks ...string) (shown string, lines []string) {
	t.Helper()
	var screen strings.Builder
	in := &Input{changed: make(chan struct{}), stop: make(chan struct{})}
	d := newDiscipline(in, &process.Process{Stdout: &screen})
	for _, chunk := range chunks {
		d.typed([]byte(chunk))
	}
	for n := len(in.queue); n > 0; n = len(in.queue) {
		buffer := make([]byte, 8192)
		got, err := in.Reader(t.Context()).Read(buffer)
		if err != nil && !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		lines = append(lines, string(buffer[:got]))
	}
	return screen.String(), lines
}

func TestLines(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		chunks []string
		shown  string
		read   string // lines joined by |
	}{
		{"echo", []string{"ab\r"}, "ab\r\n", "ab\n"},
		{"backspace", []string{"ab\x7fc\r"}, "ab\b \bc\r\n", "ac\n"},
		{"backspace at the begin", []string{"\x7f\r"}, "\r\n", "\n"},
		{"hangul is two cells", []string{"가\x7f\r"}, "가\b\b  \b\b\r\n", "\n"},
		{"hangul in pieces", []string{"\xea", "\xb0", "\x80\r"}, "가\r\n", "가\n"},
		{"hangul as jamo is one syllable", []string{"\u1112\u1161\u11ab\x7f\r"}, "\u1112\u1161\u11ab\b\b  \b\b\r\n", "\n"},
		{"kill", []string{"abc\x15x\r"}, "abc\b\b\b   \b\b\bx\r\n", "x\n"},
		{"word", []string{"ab cd \x17x\r"}, "ab cd \b\b\b   \b\b\bx\r\n", "ab x\n"},
		{"end of file", []string{"\x04"}, "", ""},
		{"end of file in a line", []string{"ab\x04\x04"}, "ab", "ab|"},
		{"interrupt drops what waits", []string{"a\rb\x03c\r"}, "a\r\nb^C\r\nc\r\n", "c\n"},
		{"arrow up", []string{"one\r", "\x1b[", "A\r"}, "one\r\none\r\n", "one\n|one\n"},
		{"arrow up and down", []string{"one\r\x1b[A\x1b[B!\r"}, "one\r\none\b\b\b   \b\b\b!\r\n", "one\n|!\n"},
		{"other keys", []string{"\x1b[3~\x1bOPa\r"}, "a\r\n", "a\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			shown, lines := typed(t, c.chunks...)
			if read := strings.Join(lines, "|"); shown != c.shown || read != c.read {
				t.Errorf("shown %q, read %q; want %q, %q", shown, read, c.shown, c.read)
			}
		})
	}
}

func TestAReadCanBeGivenUp(t *testing.T) {
	t.Parallel()
	source, typing := io.Pipe()
	p := &process.Process{Stdin: source}
	in := Attach(p)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := in.Reader(ctx).Read(make([]byte, 1)); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if _, err := io.WriteString(typing, "kept"); err != nil {
		t.Fatal(err)
	}
	if err := typing.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(in.Reader(t.Context()))
	if string(data) != "kept" || err != nil {
		t.Errorf("%q, %v", data, err)
	}
	in.Close()
}

func FuzzKeys(f *testing.F) {
	for _, seed := range []string{"ls\r", "\x1b[", "\xff\x7f", "가\x17\x15\x04", "\x1b\x1b[A", "a\x03"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, keys string) {
		whole, lines := typed(t, keys)
		single := strings.Split(keys, "")
		if !utf8.ValidString(keys) {
			single = nil
			for i := range len(keys) {
				single = append(single, keys[i:i+1])
			}
		}
		piecewise, again := typed(t, single...)
		if whole != piecewise || strings.Join(lines, "|") != strings.Join(again, "|") {
			t.Errorf("%q at once: %q %q; key by key: %q %q", keys, whole, lines, piecewise, again)
		}
	})
}
