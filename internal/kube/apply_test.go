package kube

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/labctl-dev/labctl/internal/reason"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, text string
		want       []string
		wantErr    bool
	}{
		{"empty", "", nil, false},
		{"only comments", "# nothing\n---\n", nil, false},
		{"two", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\n---\napiVersion: v1\nkind: Service\nmetadata: {name: b}\n", []string{"Pod/a", "Service/b"}, false},
		{"no name", "apiVersion: v1\nkind: Pod\n", nil, true},
		{"no kind", "apiVersion: v1\nmetadata: {name: a}\n", nil, true},
		{"not a mapping", "- a\n", nil, true},
		{"broken", "a: [", nil, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			objects, err := Decode([]byte(tc.text))
			if (err != nil) != tc.wantErr {
				t.Fatalf("error %v", err)
			}
			var got []string
			for _, object := range objects {
				got = append(got, object.GetKind()+"/"+object.GetName())
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\nkind: x"))
	f.Add([]byte("{\"kind\": 1}"))
	f.Add([]byte("a: &a [*a]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		objects, err := Decode(data)
		if err != nil {
			return
		}
		for _, object := range objects {
			if object.GetName() == "" || object.GetKind() == "" {
				t.Errorf("accepted %v", object.Object)
			}
		}
	})
}

func TestLoadMissing(t *testing.T) {
	t.Parallel()
	_, err := Load(filepath.Join(t.TempDir(), "none"))
	if got := reason.Of(err).Reason.ID; got != reason.KubeconfigBad {
		t.Errorf("reason %s, want %s", got, reason.KubeconfigBad)
	}
}

func TestUntilKeepsLastRefusal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		refusal := errors.New("not yet")
		err := Until(ctx, 10*time.Millisecond, func(ctx context.Context) error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return refusal
		})
		if !errors.Is(err, refusal) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}
