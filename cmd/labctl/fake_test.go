package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/labctl-dev/labctl/internal/event"
	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/provision"
)

// fake is a provider that behaves: its labs are files, so that one command
// sees what the one before it did. fate.json in the state directory makes the
// next Up go wrong.
type fake struct {
	root string // LABCTL_HOME
}

// fate is the content of fate.json.
type fate struct {
	Up string `json:"up"` // "", "fail", "hang", "broken" or "panic"
}

// record is the content of a lab's fake.json.
type record struct {
	State provision.LabState `json:"state"`
}

func (f fake) Name() string { return "embedded" }

func (f fake) Abilities() []provision.Ability { return []provision.Ability{provision.Cluster} }

func (f fake) Up(ctx context.Context, lab provision.Lab, plan provision.Plan, sink event.Sink) error {
	var coming fate
	if data, err := os.ReadFile(filepath.Join(f.root, "fate.json")); err == nil {
		if err := json.Unmarshal(data, &coming); err != nil {
			return fmt.Errorf("decoding fate: %w", err)
		}
	}
	before, err := f.load(lab)
	if err != nil {
		return err
	}
	tell := teller(sink, "up")
	if before.State == provision.Ready {
		tell(event.Step, "prepare", event.Skipped, 0)
		tell(event.Step, "start", event.Skipped, 0)
		return nil
	}
	if err := os.MkdirAll(lab.Dir, 0o700); err != nil {
		return err
	}
	tell(event.Step, "prepare", event.Running, 0)
	tell(event.Step, "prepare", event.Done, 1500*time.Millisecond)
	tell(event.Step, "start", event.Running, 0)
	tell(event.Component, "etcd", event.Running, 0)
	switch coming.Up {
	case "fail":
		tell(event.Component, "etcd", event.Failed, 2*time.Second)
		return reason.New(reason.ComponentFailed, errors.New("exit status 1"), "component", "etcd", "detail", "no space left")
	case "hang":
		if err := os.WriteFile(filepath.Join(f.root, "hanging"), nil, 0o600); err != nil {
			return err
		}
		<-ctx.Done()
		return fmt.Errorf("waiting for etcd: %w", ctx.Err())
	case "broken":
		return errors.New("talking to http://lab:s3cret@127.0.0.1:1: broken")
	case "panic":
		panic("the fake panics")
	}
	tell(event.Component, "etcd", event.Done, 2*time.Second)
	tell(event.Step, "start", event.Done, 2500*time.Millisecond)
	for _, node := range plan.Nodes {
		tell(event.Node, node.Name, event.Done, 3*time.Second)
	}
	if err := os.WriteFile(f.kubeconfig(lab), []byte(labKubeconfig), 0o600); err != nil {
		return err
	}
	return f.save(lab, record{State: provision.Ready})
}

func (f fake) Down(_ context.Context, lab provision.Lab, sink event.Sink) error {
	before, err := f.load(lab)
	if err != nil || before.State == provision.Absent {
		return err
	}
	teller(sink, "down")(event.Step, "stop", event.Done, 400*time.Millisecond)
	return f.save(lab, record{State: provision.Stopped})
}

func (f fake) Destroy(_ context.Context, lab provision.Lab, sink event.Sink) error {
	teller(sink, "destroy")(event.Step, "remove", event.Done, 100*time.Millisecond)
	return os.RemoveAll(lab.Dir)
}

func (f fake) Status(_ context.Context, lab provision.Lab) (provision.Status, error) {
	now, err := f.load(lab)
	if err != nil {
		return provision.Status{}, err
	}
	status := provision.Status{Lab: lab.Name, Provider: f.Name(), State: now.State, Components: []provision.ComponentStatus{}, Plan: provision.DefaultPlan()}
	for _, name := range []string{"etcd", "kube-apiserver"} {
		switch now.State {
		case provision.Ready:
			status.Components = append(status.Components, provision.ComponentStatus{Name: name, State: "running", Healthy: true, PID: 42})
		case provision.Stopped:
			status.Components = append(status.Components, provision.ComponentStatus{Name: name, State: "stopped"})
		case provision.Absent, provision.Starting, provision.Degraded: // shows no component
		}
	}
	return status, nil
}

func (f fake) Access(_ context.Context, lab provision.Lab) (provision.Access, error) {
	now, err := f.load(lab)
	switch {
	case err != nil:
		return provision.Access{}, err
	case now.State == provision.Absent:
		return provision.Access{}, reason.New(reason.LabAbsent, nil, "lab", lab.Name)
	case now.State != provision.Ready:
		return provision.Access{}, reason.New(reason.LabNotRunning, nil, "lab", lab.Name)
	}
	return provision.Access{Kubeconfig: f.kubeconfig(lab), ProxyURL: "http://lab:s3cret@127.0.0.1:3128"}, nil
}

func (f fake) Logs(ctx context.Context, lab provision.Lab, component string, follow bool, w io.Writer) error {
	if _, err := fmt.Fprintf(w, "%s of %s: hello\n", component, lab.Name); err != nil || !follow {
		return err
	}
	if err := os.WriteFile(filepath.Join(f.root, "hanging"), nil, 0o600); err != nil {
		return err
	}
	<-ctx.Done()
	return ctx.Err()
}

func (f fake) kubeconfig(lab provision.Lab) string { return filepath.Join(lab.Dir, "kubeconfig") }

func (f fake) load(lab provision.Lab) (record, error) {
	data, err := os.ReadFile(filepath.Join(lab.Dir, "fake.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return record{State: provision.Absent}, nil
	}
	var now record
	if err == nil {
		err = json.Unmarshal(data, &now)
	}
	if err != nil {
		return record{}, reason.New(reason.LabUnreadable, err, "lab", lab.Name, "path", "fake.json", "detail", err.Error())
	}
	return now, nil
}

func (f fake) save(lab provision.Lab, now record) error {
	data, err := json.Marshal(now)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(lab.Dir, "fake.json"), data, 0o600)
}

// teller emits events of one verb with times that never change.
func teller(sink event.Sink, verb string) func(event.Kind, string, event.State, time.Duration) {
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	return func(kind event.Kind, subject string, state event.State, spent time.Duration) {
		sink.Emit(event.Event{Time: start.Add(spent), Verb: verb, Kind: kind, Subject: subject, State: state, Elapsed: spent})
	}
}

var labKubeconfig = strings.TrimSpace(`
apiVersion: v1
kind: Config
clusters: [{name: lab, cluster: {server: "https://127.0.0.1:6443"}}]
users: [{name: admin, user: {token: t}}]
contexts: [{name: admin@lab, context: {cluster: lab, user: admin}}]
current-context: admin@lab
`)
