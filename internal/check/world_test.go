package check_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"

	"go.yaml.in/yaml/v3"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	sigsyaml "sigs.k8s.io/yaml"

	"github.com/labctl-dev/labctl/internal/check"
)

// cluster is a fixed set of objects read from testdata.
type cluster struct {
	objects []map[string]any
	err     error
}

func (c cluster) List(_ context.Context, ref check.Ref) ([]map[string]any, error) {
	if c.err != nil {
		return nil, c.err
	}
	var found []map[string]any
	for _, object := range c.objects {
		meta, _ := object["metadata"].(map[string]any)
		if resource(object["kind"]) == ref.GVR.Resource && (ref.Namespace == "" || meta["namespace"] == ref.Namespace) {
			found = append(found, object)
		}
	}
	return found, nil
}

func resource(kind any) string {
	return map[any]string{"Pod": "pods", "Deployment": "deployments", "ReplicaSet": "replicasets", "Event": "events"}[kind]
}

func load(t *testing.T, files ...string) cluster {
	t.Helper()
	var c cluster
	for _, file := range files {
		data, err := os.ReadFile(filepath.Join("testdata", file+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		decoder := yaml.NewDecoder(bytes.NewReader(data))
		for {
			var node yaml.Node
			if err := decoder.Decode(&node); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			c.objects = append(c.objects, object(t, &node))
		}
	}
	return c
}

func object(t *testing.T, node *yaml.Node) map[string]any {
	t.Helper()
	text, err := yaml.Marshal(node)
	if err != nil {
		t.Fatal(err)
	}
	data, err := sigsyaml.YAMLToJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	var found map[string]any
	if err := utiljson.Unmarshal(data, &found); err != nil {
		t.Fatal(err)
	}
	return found
}

type answers map[string]string

func (a answers) Answer(step string) (string, bool) {
	value, ok := a[step]
	return value, ok
}

type dialer func(ctx context.Context, network, addr string) (net.Conn, error)

func (d dialer) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	return d(ctx, network, addr)
}

func compile(t *testing.T, yamlText string) *check.Check {
	t.Helper()
	data, err := sigsyaml.YAMLToJSON([]byte(yamlText))
	if err != nil {
		t.Fatal(err)
	}
	var spec check.Spec
	if err := spec.UnmarshalJSON(data); err != nil {
		t.Fatal(err)
	}
	compiler, err := check.NewCompiler()
	if err != nil {
		t.Fatal(err)
	}
	compiled, faults := compiler.Compile(spec, "step")
	if len(faults) > 0 {
		t.Fatalf("compiling: %+v", faults)
	}
	return compiled
}

func messageKey(v check.Verdict) string {
	if v.Message == nil {
		return ""
	}
	return v.Message.Key
}
