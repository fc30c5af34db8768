package embedded

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/labctl-dev/labctl/internal/event"
	"github.com/labctl-dev/labctl/internal/kube"
	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/provision"
	"github.com/labctl-dev/labctl/provision/embedded/component"
	"github.com/labctl-dev/labctl/provision/embedded/labfile"
)

// climb is one Up under way.
type climb struct {
	provider *Provider
	lab      provision.Lab
	plan     provision.Plan // as asked for; the record's counts
	sink     event.Sink
	begun    time.Time

	record  labfile.Record
	layout  component.Layout
	running bool      // the supervisor was running when Up came
	since   time.Time // when the supervisor began
	tracker *tracker
	admin   *kube.Client
}

// errSkipped is what a step returns that had nothing to do.
var errSkipped = errors.New("nothing to do")

// step is one line of what Up shows.
type step struct {
	name string
	run  func(*climb, context.Context) error
}

// steps is everything Up does, in order. Each looks at what is there first, so
// that the whole list may be run again at any time.
func steps() []step {
	return []step{
		{"record", (*climb).makeRecord},
		{"pki", (*climb).makePKI},
		{"config", (*climb).writeConfig},
		{"supervisor", (*climb).startSupervisor},
		{"apiserver", (*climb).awaitAPIServer},
		{"objects", (*climb).applyObjects},
		{"nodes", (*climb).awaitNodes},
		{"proof", (*climb).prove},
	}
}

// StepNames lists the steps of Up in order, for whoever draws them before they begin.
func StepNames() []string {
	var names []string
	for _, s := range steps() {
		names = append(names, s.name)
	}
	return names
}

func (p *Provider) climb(ctx context.Context, lab provision.Lab, plan provision.Plan, sink event.Sink) error {
	c := &climb{provider: p, lab: lab, plan: plan, sink: sink, begun: time.Now()}
	for _, s := range steps() {
		c.emit(s.name, event.Pending, "", 0)
	}
	if c.alreadyReady(ctx) {
		for _, s := range steps() {
			c.emit(s.name, event.Skipped, "", 0)
		}
		return nil
	}
	limited, cancel := context.WithTimeout(ctx, p.options.Timeout)
	defer cancel()
	defer func() {
		if c.tracker != nil {
			c.tracker.close()
		}
	}()
	for _, s := range steps() {
		if err := c.take(limited, s); err != nil {
			return c.explain(ctx, s, err)
		}
	}
	return nil
}

func (c *climb) take(ctx context.Context, s step) error {
	began := time.Now()
	c.emit(s.name, event.Running, "", 0)
	err := s.run(c, ctx)
	took := time.Since(began)
	c.provider.log.Info("step", "lab", c.lab.Name, "step", s.name, "took", took, "err", err)
	switch {
	case errors.Is(err, errSkipped):
		c.emit(s.name, event.Skipped, "", took)
		return nil
	case err != nil:
		c.emit(s.name, event.Failed, firstLine(err), took)
		return err
	default:
		c.emit(s.name, event.Done, "", took)
		return nil
	}
}

// explain gives a step's failure its reason.
func (c *climb) explain(ctx context.Context, s step, err error) error {
	var known *reason.Error
	switch {
	case ctx.Err() != nil:
		return reason.New(reason.Interrupt, fmt.Errorf("step %s: %w", s.name, err))
	case errors.As(err, &known):
		return err
	case errors.Is(err, context.DeadlineExceeded):
		return reason.New(reason.NotReadyInTime, err, "what", s.name, "detail", firstLine(err))
	default:
		return fmt.Errorf("step %s: %w", s.name, err)
	}
}

func (c *climb) emit(subject string, state event.State, detail string, took time.Duration) {
	c.sink.Emit(event.Event{Time: time.Now().UTC(), Verb: "up", Kind: event.Step, Subject: subject, State: state, Detail: detail, Elapsed: took})
}

// alreadyReady says that a proven lab still is one: every component healthy and
// one answer of the API server.
func (c *climb) alreadyReady(ctx context.Context) bool {
	status, err := c.provider.Status(ctx, c.lab)
	if err != nil || status.State != provision.Ready || status.Provider != Name {
		return false
	}
	access, err := c.provider.Access(ctx, c.lab)
	if err != nil {
		return false
	}
	client, err := kube.Load(access.Kubeconfig)
	return err == nil && client.Ready(ctx) == nil
}
