package face

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/labctl-dev/labctl/internal/event"
	"github.com/labctl-dev/labctl/internal/i18n"
)

func TestText(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		lang i18n.Lang
		e    event.Event
		want string
	}{
		{"a running step is silent", i18n.English, event.Event{Kind: event.Step, Subject: "pki", State: event.Running}, ""},
		{"a ready node is silent", i18n.English, event.Event{Kind: event.Node, Subject: "m-k8s", State: event.Done}, ""},
		{"done", i18n.English, event.Event{Kind: event.Step, Subject: "pki", State: event.Done, Elapsed: time.Second}, "✓ Make certificates                      1.0s\n"},
		{"Hangul counts two cells", i18n.Korean, event.Event{Kind: event.Step, Subject: "pki", State: event.Done, Elapsed: time.Second}, "✓ 인증서 만들기                          1.0s\n"},
		{"skipped", i18n.Korean, event.Event{Kind: event.Step, Subject: "pki", State: event.Skipped}, "= 인증서 만들기                          0.0s  이미 됨\n"},
		{"a failed component speaks", i18n.English, event.Event{Kind: event.Component, Subject: "etcd", State: event.Failed, Elapsed: 65 * time.Second, Detail: "why"}, "✗ etcd                                  1m05s  failed  why\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			sink := Text(&out, test.lang)
			sink.Emit(test.e)
			sink.Emit(test.e) // the same news twice is one line
			if diff := cmp.Diff(test.want, out.String()); diff != "" {
				t.Errorf("text differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestJSONLinesStayWholeUnderConcurrency(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	sink := JSON(&out)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				sink.Emit(event.Event{Kind: event.Step, Subject: "a\nb", State: event.Done})
			}
		})
	}
	group.Wait()
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 400 {
		t.Fatalf("%d lines, want 400", len(lines))
	}
	for _, line := range lines {
		var got struct{ Event event.Event }
		if err := json.Unmarshal([]byte(line), &got); err != nil || got.Event.Subject != "a\nb" {
			t.Fatalf("line %q: %v", line, err)
		}
	}
}
