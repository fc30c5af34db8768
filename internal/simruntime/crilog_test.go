package simruntime

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
	"k8s.io/cri-client/pkg/logs"
)

func fixedClock() time.Time { return time.Date(2026, 11, 23, 1, 2, 3, 45_000_000, time.UTC) }

func TestCRILogFormat(t *testing.T) {
	t.Parallel()
	const at = "2026-11-23T01:02:03.045Z "
	long := strings.Repeat("x", maxLogLine)
	tests := []struct {
		name   string
		writes []string
		want   string
	}{
		{name: "one line", writes: []string{"hello\n"}, want: at + "stdout F hello\n"},
		{name: "pieces of a line", writes: []string{"he", "llo", "\nwor", "ld\n"}, want: at + "stdout F hello\n" + at + "stdout F world\n"},
		{name: "empty line", writes: []string{"\n"}, want: at + "stdout F \n"},
		{name: "no newline at the end", writes: []string{"prompt> "}, want: at + "stdout P prompt> \n"},
		{name: "exactly the limit", writes: []string{long + "\n"}, want: at + "stdout F " + long + "\n"},
		{name: "one byte more", writes: []string{long + "y\n"}, want: at + "stdout P " + long + "\n" + at + "stdout F y\n"},
		{name: "nothing", writes: []string{""}, want: ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "a", "0.log")
			l, err := openLog(path, fixedClock)
			if err != nil {
				t.Fatal(err)
			}
			out := l.stream(runtimeapi.Stdout)
			for _, w := range tt.writes {
				if n, err := io.WriteString(out, w); n != len(w) || err != nil {
					t.Fatalf("Write: %d, %v", n, err)
				}
			}
			if err := l.close(); err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(got)); diff != "" {
				t.Errorf("log differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCRILogReopen(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "0.log")
	l, err := openLog(path, fixedClock)
	if err != nil {
		t.Fatal(err)
	}
	out := l.stream(runtimeapi.Stderr)
	_, _ = io.WriteString(out, "before\nhalf a ")
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	if err := l.reopen(); err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(out, "line\n")
	if err := l.close(); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{path + ".1": "stderr F before\n", path: "stderr F half a line\n"} {
		if got, err := os.ReadFile(name); err != nil || !strings.HasSuffix(string(got), want) || strings.Count(string(got), "\n") != 1 {
			t.Errorf("%s holds %q (%v), want one entry %q", filepath.Base(name), got, err, want)
		}
	}
	if err := l.reopen(); err != nil {
		t.Errorf("reopening a closed log: %v", err)
	}
}

// FuzzCRILog holds the log against the reader the kubelet uses: what a program
// writes is what `kubectl logs` shows.
func FuzzCRILog(f *testing.F) {
	f.Add([]byte("hello\nworld\n"), uint8(3))
	f.Add([]byte("no newline"), uint8(1))
	f.Add([]byte("\r\n\n \x00\xff"), uint8(2))
	f.Add(bytes.Repeat([]byte("x"), 2*maxLogLine+1), uint8(255))
	f.Fuzz(func(t *testing.T, data []byte, chunk uint8) {
		path := filepath.Join(t.TempDir(), "0.log")
		l, err := openLog(path, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		out := l.stream(runtimeapi.Stdout)
		for rest := data; len(rest) > 0; {
			n := min(len(rest), int(chunk)+1)
			_, _ = out.Write(rest[:n])
			rest = rest[n:]
		}
		if err := l.close(); err != nil {
			t.Fatal(err)
		}
		var shown bytes.Buffer
		if err := logs.ReadLogs(t.Context(), path, "", &logs.LogOptions{}, nil, &shown, io.Discard); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(shown.Bytes(), data) {
			t.Errorf("wrote %q, kubectl logs shows %q", data, shown.Bytes())
		}
	})
}
