package check_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/labctl-dev/labctl/internal/check"
)

const bindPod = `
id: c
title: t
bind: {pod: {kind: Pod, name: nginx}}
`

func TestExpectAndMatch(t *testing.T) {
	t.Parallel()
	down := cluster{err: errors.New("connection refused")}
	tests := []struct {
		name    string
		spec    string
		cluster cluster
		want    check.State
		key     string
		finding *check.Finding
	}{
		{name: "pass", spec: bindPod + `expect: ready(pod) && pod.spec.nodeName.startsWith('w')`, cluster: load(t, "pod-ready"), want: check.Pass},
		{name: "images equal", spec: bindPod + `expect: pod.spec.containers.exists(c, image(c.image) == image('nginx'))`, cluster: load(t, "pod-ready"), want: check.Pass},
		{name: "optional", spec: bindPod + `expect: pod.status.?qosClass.orValue('none') == 'none'`, cluster: load(t, "pod-ready"), want: check.Pass},
		{name: "quantity", spec: bindPod + `expect: quantity(pod.spec.containers[0].resources.limits.cpu).compareTo(quantity('0.1')) == 0`, cluster: load(t, "pod-ready"), want: check.Pass},
		{
			name: "absent", spec: bindPod + `expect: pod.status.phase == 'Running'`, cluster: cluster{}, want: check.Fail, key: "builtin.absent",
			finding: &check.Finding{Path: "pod.status.phase", Op: "==", Expected: `"Running"`, Absent: true},
		},
		{
			name: "other value", spec: bindPod + `expect: found(pod) && pod.spec.nodeName == 'w1-k8s'`, cluster: load(t, "pod-ready"), want: check.Fail, key: "builtin.not_yet",
			finding: &check.Finding{Path: "pod.spec.nodeName", Op: "==", Expected: `"w1-k8s"`, Seen: `"w2-k8s"`},
		},
		{
			name: "mirrored", spec: bindPod + `expect: 3 <= size(pod.spec.containers)`, cluster: load(t, "pod-ready"), want: check.Fail, key: "builtin.not_yet",
			finding: &check.Finding{Path: "size(pod.spec.containers)", Op: ">=", Expected: "3", Seen: "2"},
		},
		{
			name: "element", spec: bindPod + `expect: pod.spec.containers.all(c, image(c.image).repo == image('nginx').repo)`, cluster: load(t, "pod-ready"), want: check.Fail, key: "builtin.not_yet",
			finding: &check.Finding{Path: "image(c.image).repo", Op: "==", Expected: `"docker.io/library/nginx"`, Seen: `"docker.io/library/busybox"`, Element: "sidecar"},
		},
		{name: "cannot tell", spec: bindPod + `expect: ready(pod)`, cluster: down, want: check.CannotTell, key: "builtin.cannot_tell"},
		{name: "no cluster error is a pass", spec: bindPod + `expect: "!found(pod)"`, cluster: down, want: check.CannotTell, key: "builtin.cannot_tell"},
		{name: "not a truth", spec: bindPod + `expect: pod.spec.nodeName`, cluster: load(t, "pod-ready"), want: check.CannotTell, key: "builtin.cannot_tell"},
		{
			name: "endless", spec: bindPod + `expect: '[1,2,3,4,5,6,7,8,9].all(a,[1,2,3,4,5,6,7,8,9].all(b,[1,2,3,4,5,6,7,8,9].all(c,[1,2,3,4,5,6,7,8,9].all(d,[1,2,3,4,5,6,7,8,9].all(e,[1,2,3,4,5,6,7,8,9].all(f,[1,2,3,4,5,6,7,8,9].all(g, a+b+c+d+e+f+g > 0)))))))'`,
			cluster: load(t, "pod-ready"), want: check.CannotTell, key: "builtin.cannot_tell",
		},

		{name: "match", spec: bindPod + `match: {pod: {metadata: {labels: {run: nginx}}, spec: {containers: [{name: web, image: nginx, ports: [{containerPort: 80}]}]}}}`, cluster: load(t, "pod-ready"), want: check.Pass},
		{name: "match quantity", spec: bindPod + `match: {pod: {spec: {containers: [{name: sidecar, resources: {limits: {cpu: 0.1}}}]}}}`, cluster: load(t, "pod-ready"), want: check.Pass},
		{
			name: "match other image", spec: bindPod + `match: {pod: {spec: {containers: [{name: web, image: httpd}]}}}`, cluster: load(t, "pod-ready"), want: check.Fail, key: "builtin.not_yet",
			finding: &check.Finding{Path: "pod.spec.containers[name=web].image", Op: "==", Expected: `"httpd"`, Seen: `"docker.io/library/nginx:latest"`},
		},
		{
			name: "match no element", spec: bindPod + `match: {pod: {spec: {containers: [{name: log}]}}}`, cluster: load(t, "pod-ready"), want: check.Fail, key: "builtin.not_yet",
			finding: &check.Finding{Path: "pod.spec.containers[name=log]", Op: "present", Absent: true, Seen: "sidecar, web"},
		},
		{
			name: "match absent", spec: bindPod + `match: {pod: {kind: Pod}}`, cluster: cluster{}, want: check.Fail, key: "builtin.absent",
			finding: &check.Finding{Path: "pod", Op: "present", Absent: true},
		},
		{name: "match cannot tell", spec: bindPod + `match: {pod: {kind: Pod}}`, cluster: down, want: check.CannotTell, key: "builtin.cannot_tell"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := compile(t, test.spec).Evaluate(t.Context(), check.World{Objects: test.cluster})
			if got.State != test.want || messageKey(got) != test.key {
				t.Fatalf("got %s %q (%+v, %v), want %s %q", got.State, messageKey(got), got.Findings, got.Err, test.want, test.key)
			}
			if test.finding == nil {
				return
			}
			if len(got.Findings) == 0 {
				t.Fatal("no finding")
			}
			if diff := cmp.Diff(*test.finding, got.Findings[0]); diff != "" {
				t.Errorf("finding (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOwnedObjects(t *testing.T) {
	t.Parallel()
	c := compile(t, `
id: c
title: t
bind:
  d: {kind: Deployment, name: web}
  pods: {kind: Pod, of: d}
expect: ready(d) && size(pods) == 2 && pods.all(p, ready(p))
`)
	got := c.Evaluate(t.Context(), check.World{Objects: load(t, "deployment")})
	want := check.Finding{Path: "ready(p)", Op: check.OpTrue, Seen: "false", Element: "web-5d-bbbbb"}
	if got.State != check.Fail || len(got.Findings) != 1 {
		t.Fatalf("got %+v", got)
	}
	if diff := cmp.Diff(want, got.Findings[0]); diff != "" {
		t.Errorf("finding (-want +got):\n%s", diff)
	}
	if len(c.Refs()) != 3 {
		t.Errorf("Refs = %v, want deployments, pods and the replica sets between them", c.Refs())
	}
}

func TestAnswer(t *testing.T) {
	t.Parallel()
	spec := bindPod + `
answer: {equals: pod.status.podIP, normalise: [ip]}
explain: [{when: answer.trim() == pod.status.hostIP, say: gave_node}]
`
	ready := load(t, "pod-ready")
	tests := []struct {
		name    string
		answer  string
		given   bool
		cluster cluster
		want    check.State
		key     string
	}{
		{"exact", "172.16.103.130", true, ready, check.Pass, ""},
		{"as a URL", ` "http://172.16.103.130:80/" `, true, ready, check.Pass, ""},
		{"wrong", "172.16.103.131", true, ready, check.Fail, "builtin.answer_wrong"},
		{"the node's", "192.168.56.102", true, ready, check.Fail, "gave_node"},
		{"none", "", false, ready, check.Fail, "builtin.answer_none"},
		{"too early", "172.16.103.130", true, cluster{}, check.Fail, "builtin.answer_early"},
		{"no cluster", "172.16.103.130", true, cluster{err: errors.New("down")}, check.CannotTell, "builtin.cannot_tell"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			given := answers{}
			if test.given {
				given["step"] = test.answer
			}
			got := compile(t, spec).Evaluate(t.Context(), check.World{Objects: test.cluster, Answers: given})
			if got.State != test.want || messageKey(got) != test.key {
				t.Errorf("got %s %q, want %s %q", got.State, messageKey(got), test.want, test.key)
			}
			for _, finding := range got.Findings {
				t.Errorf("a finding gives the answer away: %+v", finding)
			}
		})
	}
}

func TestDoctor(t *testing.T) {
	t.Parallel()
	tests := []struct {
		files []string
		key   string
		arg   string
		want  string
	}{
		{[]string{"pod-image-pull"}, "doctor.image_pull", "image", "ngnix"},
		{[]string{"pod-err-image-pull"}, "doctor.image_pull", "reason", "ErrImagePull"},
		{[]string{"pod-crash"}, "doctor.crash_loop", "code", "1"},
		{[]string{"pod-unschedulable"}, "doctor.unschedulable", "detail", "0/4 nodes are available: 4 Insufficient cpu."},
		{[]string{"pod-creating"}, "doctor.creating_wait", "pod", "nginx"},
		{[]string{"pod-creating", "events"}, "doctor.creating", "detail", `FailedMount: configmap "web" not found`},
		{[]string{"pod-completed"}, "doctor.completed", "code", "0"},
	}
	for _, test := range tests {
		t.Run(test.key, func(t *testing.T) {
			t.Parallel()
			got := compile(t, bindPod+`expect: ready(pod)`).Evaluate(t.Context(), check.World{Objects: load(t, test.files...)})
			if got.State != check.Fail || messageKey(got) != test.key || got.Message.Args[test.arg] != test.want {
				t.Errorf("got %s %+v", got.State, got.Message)
			}
			if got.Message.Text.KO == "" || got.Message.Text.EN == "" {
				t.Error("a language is missing")
			}
		})
	}
}

func TestExplainRules(t *testing.T) {
	t.Parallel()
	c := compile(t, bindPod+`
expect: pod.spec.nodeName == 'w1-k8s'
explain:
  - {when: pod.status.reason == 'Evicted', say: never_true}
  - {when: found(pod), say: other_node, with: {node: pod.spec.nodeName, gone: pod.spec.nothing}}
  - {when: "true", say: too_late}
`)
	got := c.Evaluate(t.Context(), check.World{Objects: load(t, "pod-ready")})
	want := &check.Message{Key: "other_node", Args: map[string]string{"node": "w2-k8s", "gone": "?"}}
	if diff := cmp.Diff(want, got.Message); diff != "" {
		t.Errorf("message (-want +got):\n%s", diff)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	compiler, err := check.NewCompiler()
	if err != nil {
		t.Fatal(err)
	}
	pod := map[string]check.Bind{"pod": {Kind: "Pod", Name: "nginx"}}
	tests := map[string]check.Spec{
		"unknown verb":    {Verb: "expct", Arg: "true"},
		"CEL syntax":      {Verb: "expect", Arg: "pod.", Bind: pod},
		"unknown name":    {Verb: "expect", Arg: "pot.spec == 1", Bind: pod},
		"not a truth":     {Verb: "expect", Arg: "size(pod)", Bind: pod},
		"unknown kind":    {Verb: "expect", Arg: "true", Bind: map[string]check.Bind{"x": {Kind: "Pood"}}},
		"unbound match":   {Verb: "match", Arg: map[string]any{"pot": map[string]any{}}, Bind: pod},
		"two ways":        {Verb: "reach", Arg: map[string]any{"http": "'a'", "tcp": "'b'"}},
		"long timeout":    {Verb: "reach", Arg: map[string]any{"http": "'a'", "timeout": "5m"}},
		"normaliser":      {Verb: "answer", Arg: map[string]any{"equals": "'a'", "normalise": []any{"upper"}}},
		"rule":            {Verb: "expect", Arg: "true", Explain: []check.Rule{{When: "nothing"}}},
		"never and holds": {Verb: "expect", Arg: "true", Never: 1, Holds: 1},
		"owner":           {Verb: "expect", Arg: "true", Bind: map[string]check.Bind{"x": {Kind: "Pod", Of: "y"}}},
	}
	for name, spec := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			compiled, faults := compiler.Compile(spec, "step")
			if compiled != nil || len(faults) == 0 {
				t.Fatalf("compiled; faults %v", faults)
			}
			if faults[0].What == "" || faults[0].Fix == "" {
				t.Errorf("fault without what or fix: %+v", faults[0])
			}
		})
	}
}
