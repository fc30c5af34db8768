package coursetest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic/fake"

	"github.com/labctl-dev/labctl/internal/course"
	"github.com/labctl-dev/labctl/internal/coursetest"
)

// TestMain lets the test binary be kubectl: `kubectl make NAME` asks the test for
// a pod of that name.
func TestMain(m *testing.M) {
	if bridge := os.Getenv("TEST_KUBECTL_BRIDGE"); bridge != "" {
		os.Exit(kubectl(bridge, os.Args[1:]))
	}
	os.Exit(m.Run())
}

func kubectl(bridge string, args []string) int {
	if len(args) != 3 || args[0] != "kubectl" || args[1] != "make" {
		_, _ = fmt.Fprintln(os.Stderr, "what?")
		return 3
	}
	response, err := http.Post(bridge+"?name="+url.QueryEscape(args[2]), "", nil)
	if err != nil {
		return 1
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return 1
	}
	_, _ = fmt.Fprintln(os.Stdout, "made "+args[2])
	return 0
}

func resources() map[schema.GroupVersionResource]string {
	kinds := map[schema.GroupVersionResource]string{}
	for name := range strings.FieldsSeq("apps/v1/deployments apps/v1/daemonsets apps/v1/statefulsets apps/v1/replicasets batch/v1/cronjobs batch/v1/jobs networking.k8s.io/v1/ingresses networking.k8s.io/v1/networkpolicies rbac.authorization.k8s.io/v1/roles rbac.authorization.k8s.io/v1/rolebindings /v1/services /v1/pods /v1/configmaps /v1/secrets /v1/persistentvolumeclaims /v1/namespaces /v1/persistentvolumes") {
		part := strings.Split(name, "/")
		kinds[schema.GroupVersionResource{Group: part[0], Version: part[1], Resource: part[2]}] = "List"
	}
	return kinds
}

func pod(name string) *unstructured.Unstructured {
	p := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Pod"}}
	p.SetName(name)
	p.SetNamespace("default")
	p.SetUID(types.UID("uid-" + name))
	return p
}

// lab is a fake cluster that holds one pod of its own.
func lab(t *testing.T) (coursetest.Lab, *fake.FakeDynamicClient) {
	t.Helper()
	client := fake.NewSimpleDynamicClientWithCustomListKinds(runtime.NewScheme(), resources(), pod("mine"))
	pods := schema.GroupVersionResource{Version: "v1", Resource: "pods"}
	bridge := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := client.Resource(pods).Namespace("default").Create(r.Context(), pod(r.URL.Query().Get("name")), metav1.CreateOptions{}); err != nil {
			w.WriteHeader(http.StatusConflict)
		}
	}))
	t.Cleanup(bridge.Close)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return coursetest.Lab{Client: client, Kubectl: []string{self, "kubectl"}, Env: []string{"TEST_KUBECTL_BRIDGE=" + bridge.URL}}, client
}

// lesson wants a pod named web and its name as the answer.
func lesson(t *testing.T, changes map[string]string) *course.Lesson {
	t.Helper()
	texts := map[string]string{
		"course.yaml": "apiVersion: labctl.dev/v1\nkind: Course\nid: t\ntitle: {ko: a, en: a}\nchapters: [{id: c, title: {ko: a, en: a}, lessons: [l]}]\n",
		"l/lesson.yaml": `
apiVersion: labctl.dev/v1
kind: Lesson
id: l
title: {ko: a, en: a}
steps:
- id: one
  checks:
  - id: a
    title: t
    points: 1
    bind: {pod: {kind: Pod, name: web}, pods: {kind: Pod}}
    expect: found(pod)
    explain: [{when: size(pods) > 1, say: other}]
- id: two
  checks: [{id: b, title: t, points: 1, bind: {pod: {kind: Pod, name: web}}, answer: {equals: pod.metadata.name}}]
`,
		"l/solutions/a.sh":         "name=$(kubectl make web)\nlabctl answer l two \"${name#made }\"\n",
		"l/wrong/name/run.sh":      "kubectl make wbe > out.txt",
		"l/wrong/name/expect.yaml": "check: one/a\nmessage: other\n",
	}
	for _, lang := range []string{"ko", "en"} {
		texts["messages/"+lang+".yaml"] = "shared: x\n"
		texts["l/messages."+lang+".yaml"] = "t: title\nother: other\n"
		texts["l/"+lang+".md"] = "# x\n\n## One {#one}\n\n## Two {#two}\n"
	}
	files := fstest.MapFS{}
	for path, text := range texts {
		if changed, ok := changes[path]; ok {
			text = changed
		}
		files[path] = &fstest.MapFile{Data: []byte(text)}
	}
	c, err := course.Load(files)
	if err != nil {
		t.Fatalf("the test's own lesson is wrong:\n%v", err)
	}
	return c.Lessons[0]
}

func TestProof(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		changes map[string]string
		detail  string // of the one case that is refuted; "" for none
	}{
		"sound":                {nil, ""},
		"passes untouched":     {map[string]string{"l/wrong/name/expect.yaml": "check: two/b\nmessage: other\n", "l/solutions/a.sh": "labctl answer l two web\nkubectl make web", "l/lesson.yaml": strings.Replace(plain, "name: web}}, expect", "name: mine}}, expect", 1)}, "pass before anything is done: one/a"},
		"solution falls short": {map[string]string{"l/solutions/a.sh": "kubectl make web"}, "two/b=fail(builtin.answer_none)"},
		"solution breaks":      {map[string]string{"l/solutions/a.sh": "kubectl break\nkubectl make web"}, "exit status 3"},
		"wrong passes":         {map[string]string{"l/wrong/name/run.sh": "kubectl make web\nlabctl answer l two web"}, "every check passes; one/a should fail with other"},
		"other message":        {map[string]string{"l/wrong/name/expect.yaml": "check: one/a\nmessage: t\n"}, "one/a=fail(other)"},
		"host command":         {map[string]string{"l/solutions/a.sh": "ls /"}, "exit status 127"},
		"host path":            {map[string]string{"l/solutions/a.sh": "kubectl make web > /tmp/labctl-must-not-be"}, "exit status 1"},
		"way out":              {map[string]string{"l/solutions/a.sh": "kubectl make web > ../../labctl-must-not-be"}, "exit status 1"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, client := lab(t)
			var reported int
			cases, err := coursetest.Run(t.Context(), l, lesson(t, test.changes), coursetest.Options{
				Timeout: 3 * time.Second, Now: time.Now, Report: func(coursetest.Case) { reported++ },
			})
			if err != nil || len(cases) != 3 || reported != 3 {
				t.Fatalf("%d cases, %d reported, %v", len(cases), reported, err)
			}
			want := 1
			if test.detail == "" {
				want = 0
			}
			if got := coursetest.Failed(cases); got != want {
				t.Errorf("%d cases refuted, want %d: %+v", got, want, cases)
			}
			for _, c := range cases {
				if !c.OK && !strings.Contains(c.Detail+c.Output, test.detail) {
					t.Errorf("%s %s: %s; want %q", c.Kind, c.Name, c.Detail, test.detail)
				}
			}
			onlyMine(t, client)
		})
	}
}

// plain is a lesson whose first check can be pointed at the lab's own pod.
const plain = `
apiVersion: labctl.dev/v1
kind: Lesson
id: l
title: {ko: a, en: a}
steps:
- id: one
  checks: [{id: a, title: t, points: 1, bind: {pod: {kind: Pod, name: web}}, expect: found(pod)}]
- id: two
  checks: [{id: b, title: t, points: 1, bind: {pod: {kind: Pod, name: web}, pods: {kind: Pod}}, answer: {equals: pod.metadata.name}, explain: [{when: size(pods) > 1 && answer == '', say: other}]}]
`

func onlyMine(t *testing.T, client *fake.FakeDynamicClient) {
	t.Helper()
	left, err := client.Resource(schema.GroupVersionResource{Version: "v1", Resource: "pods"}).List(t.Context(), metav1.ListOptions{})
	if err != nil || len(left.Items) != 1 || left.Items[0].GetName() != "mine" {
		t.Errorf("the lab was not put back: %+v, %v", left, err)
	}
}

func TestProofPutsBackWhenCancelled(t *testing.T) {
	t.Parallel()
	l, client := lab(t)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := coursetest.Run(ctx, l, lesson(t, nil), coursetest.Options{Timeout: time.Minute, Now: time.Now, Report: func(c coursetest.Case) {
		if c.Kind == coursetest.Solution {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Run = %v", err)
	}
	onlyMine(t, client)
}
