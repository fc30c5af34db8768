package progress_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/labctl-dev/labctl/internal/progress"
	"github.com/labctl-dev/labctl/internal/reason"
)

func clock() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }

func answer(value string) progress.Entry {
	return progress.Entry{Kind: progress.Answered, Lesson: "2.1", Step: "ip", Value: value}
}

func mustAppend(t *testing.T, log *progress.Log, entries ...progress.Entry) {
	t.Helper()
	if err := log.Append(entries...); err != nil {
		t.Fatalf("Append: %v", err)
	}
}

func mustRead(t *testing.T, log *progress.Log) progress.History {
	t.Helper()
	history, err := log.Read()
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	return history
}

func values(h progress.History) []string {
	var all []string
	for _, e := range h.Entries {
		all = append(all, e.Value)
	}
	return all
}

func TestAppendAndRead(t *testing.T) {
	t.Parallel()
	log := progress.New(filepath.Join(t.TempDir(), "new", "dir"), clock)
	if h := mustRead(t, log); len(h.Entries) != 0 || h.Verify() != nil {
		t.Fatalf("an absent record = %+v", h)
	}
	mustAppend(t, log, answer("a"), answer("b"))
	mustAppend(t, log, answer("c"))
	h := mustRead(t, log)
	if diff := cmp.Diff([]string{"a", "b", "c"}, values(h)); diff != "" {
		t.Error(diff)
	}
	if err := h.Verify(); err != nil {
		t.Error(err)
	}
	if !h.Entries[0].Time.Equal(clock()) || h.Entries[1].Prev != h.Entries[0].Hash {
		t.Errorf("entries are not stamped and chained: %+v", h.Entries)
	}
}

// Every prefix of the last line stands for a crash at that byte.
func TestTornLineIsKeptAsideAndRepaired(t *testing.T) {
	t.Parallel()
	whole := progress.New(t.TempDir(), clock)
	mustAppend(t, whole, answer("a"))
	first, err := os.ReadFile(whole.Path())
	if err != nil {
		t.Fatal(err)
	}
	mustAppend(t, whole, answer("b"))
	data, err := os.ReadFile(whole.Path())
	if err != nil {
		t.Fatal(err)
	}
	for cut := len(first); cut < len(data); cut++ {
		dir := t.TempDir()
		log := progress.New(dir, clock)
		if err := os.WriteFile(log.Path(), data[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		before := mustRead(t, log)
		mustAppend(t, log, answer("c"))
		after := mustRead(t, log)
		if want := append(values(before), "c"); !cmp.Equal(want, values(after)) {
			t.Fatalf("cut at %d: %v, want %v", cut, values(after), want)
		}
		if err := after.Verify(); err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		checkAside(t, dir, data[len(first):cut], len(before.Entries) == 2)
	}
}

func checkAside(t *testing.T, dir string, torn []byte, complete bool) {
	t.Helper()
	kept, err := filepath.Glob(filepath.Join(dir, "*.torn-*"))
	if err != nil {
		t.Fatal(err)
	}
	if len(torn) == 0 || complete {
		if len(kept) != 0 {
			t.Fatalf("kept %v without need", kept)
		}
		return
	}
	if len(kept) != 1 {
		t.Fatalf("the torn line %q is lost", torn)
	}
	if got, err := os.ReadFile(kept[0]); err != nil || !bytes.Equal(got, torn) {
		t.Fatalf("kept %q, %v; want %q", got, err, torn)
	}
}

func TestTamperingShows(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		spoil  func(lines []string) []string
		broken int
		left   int
	}{
		"changed": {func(l []string) []string { l[1] = strings.Replace(l[1], `"b"`, `"x"`, 1); return l }, 2, 4},
		"removed": {func(l []string) []string { return append(l[:1], l[2:]...) }, 2, 3},
		"swapped": {func(l []string) []string { l[1], l[2] = l[2], l[1]; return l }, 2, 4},
		"garbage": {func(l []string) []string { l[2] = "not json"; return l }, 3, 3},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := progress.New(t.TempDir(), clock)
			mustAppend(t, log, answer("a"), answer("b"), answer("c"), answer("d"))
			data, err := os.ReadFile(log.Path())
			if err != nil {
				t.Fatal(err)
			}
			lines := test.spoil(strings.Split(strings.TrimSuffix(string(data), "\n"), "\n"))
			if err := os.WriteFile(log.Path(), []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			h := mustRead(t, log)
			if h.Broken != test.broken || h.Verify() == nil || len(h.Entries) != test.left {
				t.Errorf("broken at %d with %d entries, want %d with %d", h.Broken, len(h.Entries), test.broken, test.left)
			}
			mustAppend(t, log, answer("e"))
			if got := mustRead(t, log); len(got.Entries) != test.left+1 {
				t.Errorf("appending to a damaged record lost entries: %v", values(got))
			}
		})
	}
}

func TestManyWriters(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var running sync.WaitGroup
	for i := range 8 {
		running.Go(func() {
			log := progress.New(dir, clock)
			for j := range 10 {
				if err := log.Append(answer(fmt.Sprint(i, j))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	running.Wait()
	h := mustRead(t, progress.New(dir, clock))
	if len(h.Entries) != 80 || h.Verify() != nil {
		t.Errorf("%d entries, %v", len(h.Entries), h.Verify())
	}
}

func TestNewerRecordIsLeftAlone(t *testing.T) {
	t.Parallel()
	log := progress.New(t.TempDir(), clock)
	newer := []byte(`{"v":2,"kind":"badge","hash":"x"}` + "\n")
	if err := os.WriteFile(log.Path(), newer, 0o600); err != nil {
		t.Fatal(err)
	}
	err := log.Append(answer("a"))
	if got := reason.Of(err).Reason.ID; err == nil || got != reason.ProgressNewer {
		t.Errorf("Append = %v (%s)", err, got)
	}
	if data, _ := os.ReadFile(log.Path()); !bytes.Equal(data, newer) {
		t.Errorf("the record was changed to %q", data)
	}
}

func TestUnreadable(t *testing.T) {
	t.Parallel()
	log := progress.New(t.TempDir(), clock)
	if err := os.Mkdir(log.Path(), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := log.Read(); reason.Of(err).Reason.ID != reason.ProgressUnreadable {
		t.Errorf("Read = %v", err)
	}
	if err := log.Append(answer("a")); err == nil {
		t.Error("Append to a directory succeeded")
	}
}

func TestTally(t *testing.T) {
	t.Parallel()
	log := progress.New(t.TempDir(), clock)
	mustAppend(t, log,
		progress.Entry{Kind: progress.Attempt, Lesson: "2.1"},
		progress.Entry{Kind: progress.Passed, Lesson: "2.1", Step: "create", Check: "exists", Points: 4},
		progress.Entry{Kind: progress.Passed, Lesson: "2.1", Step: "create", Check: "exists", Points: 9}, // latched once
		progress.Entry{Kind: progress.Hint, Lesson: "2.1", Step: "create", Index: 0, Points: 1},
		progress.Entry{Kind: progress.Hint, Lesson: "2.1", Step: "create", Index: 0, Points: 1}, // paid once
		progress.Entry{Kind: progress.Hint, Lesson: "2.1", Step: "create", Index: 1, Points: 2},
		progress.Entry{Kind: progress.Solution, Lesson: "2.1", Step: "ip", Points: 2},
		answer("a"), answer("b"),
		progress.Entry{Kind: progress.Attempt, Lesson: "2.2"},
	)
	want := progress.Tally{
		Attempts: 1, Passed: map[string]int{"create/exists": 4}, Hints: map[string]int{"create": 2},
		HintCost: map[string]int{"create": 3}, Solutions: map[string]int{"ip": 2}, Answers: map[string]string{"ip": "b"},
	}
	if diff := cmp.Diff(want, mustRead(t, log).Lesson("2.1")); diff != "" {
		t.Error(diff)
	}
}
