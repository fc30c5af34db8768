package labfile

import (
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/provision"
)

func record() Record {
	return Record{
		Format: Format, Provider: "embedded", Lab: "test", UID: "u1",
		Created: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		Plan:    provision.DefaultPlan(), Ports: map[string]int{"etcd": 20001},
	}
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	lab := provision.Lab{Name: "test", Dir: t.TempDir()}
	if err := Save(lab, record()); err != nil {
		t.Fatal(err)
	}
	got, err := Load(lab)
	if err != nil {
		t.Fatal(err)
	}
	same := cmp.Options{cmp.Comparer(func(a, b netip.Addr) bool { return a == b }), cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })}
	if diff := cmp.Diff(record(), got, same); diff != "" {
		t.Error(diff)
	}
}

func text(t testing.TB, change func(*Record)) string {
	t.Helper()
	r := record()
	change(&r)
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestDamage(t *testing.T) {
	t.Parallel()
	good := text(t, func(*Record) {})
	for _, tc := range []struct {
		name, content string
		want          reason.ID
	}{
		{"empty", "", reason.LabUnreadable},
		{"zeros, as after a power cut", strings.Repeat("\x00", 64), reason.LabUnreadable},
		{"cut", good[:len(good)/2], reason.LabUnreadable},
		{"another file", `{"apiVersion": "v1"}`, reason.LabUnreadable},
		{"unknown field", strings.Replace(good, `"format"`, `"colour":1,"format"`, 1), reason.LabUnreadable},
		{"something behind", good + "{}", reason.LabUnreadable},
		{"no nodes", text(t, func(r *Record) { r.Plan.Nodes = nil }), reason.LabUnreadable},
		{"no provider", text(t, func(r *Record) { r.Provider = "" }), reason.LabUnreadable},
		{"port out of range", text(t, func(r *Record) { r.Ports["x"] = 70000 }), reason.LabUnreadable},
		{"relative run directory", text(t, func(r *Record) { r.RunDir = "../x" }), reason.LabUnreadable},
		{"newer", `{"format": 2, "colour": "blue"}`, reason.LabNewer},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			lab := provision.Lab{Name: "test", Dir: t.TempDir()}
			if err := os.WriteFile(filepath.Join(lab.Dir, Name), []byte(tc.content), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Load(lab)
			known := reason.Of(err)
			if known.Reason.ID != tc.want {
				t.Errorf("reason %s, want %s (%v)", known.Reason.ID, tc.want, err)
			}
			if known.Args["lab"] != "test" {
				t.Errorf("arguments %v do not name the lab", known.Args)
			}
		})
	}
}

func TestAbsent(t *testing.T) {
	t.Parallel()
	_, err := Load(provision.Lab{Name: "test", Dir: filepath.Join(t.TempDir(), "none")})
	if got := reason.Of(err).Reason.ID; got != reason.LabAbsent {
		t.Errorf("reason %s, want %s", got, reason.LabAbsent)
	}
}

func TestRecordIsADirectory(t *testing.T) {
	t.Parallel()
	lab := provision.Lab{Name: "test", Dir: t.TempDir()}
	if err := os.Mkdir(filepath.Join(lab.Dir, Name), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := Load(lab)
	if got := reason.Of(err).Reason.ID; got != reason.LabUnreadable {
		t.Errorf("reason %s, want %s", got, reason.LabUnreadable)
	}
}

func TestLockIsBusyAtOnceAndLeavesNothing(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	lab := provision.Lab{Name: "test", Dir: filepath.Join(root, "labs", "test")}
	lock, err := Lock(lab)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Lock(lab)
	busy := reason.Of(err)
	if busy.Reason.ID != reason.LabBusy || busy.Args["lab"] != "test" || busy.Args["pid"] == "0" {
		t.Errorf("got %v with %v", err, busy.Args)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(filepath.Dir(lab.Dir))
	if err != nil || len(entries) != 0 {
		t.Errorf("%v stayed (%v)", entries, err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(text(f, func(*Record) {})))
	f.Add([]byte(`{"format":1}`))
	f.Add([]byte(`{"format":99}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := decode(data)
		if err == nil && (got.validate() != nil || got.Format > Format) {
			t.Errorf("accepted %+v", got)
		}
	})
}
