package supervisor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/labctl-dev/labctl/internal/event"
	"github.com/labctl-dev/labctl/internal/safefile"
	"github.com/labctl-dev/labctl/provision"
)

// Status is the answer of GET /status.
type Status struct {
	PID        int                         `json:"pid"`
	UID        string                      `json:"uid"`      // of the lab
	Started    time.Time                   `json:"started"`  // when this supervisor began
	Proven     bool                        `json:"proven"`   // POST /proven has come since this supervisor started
	Stopping   bool                        `json:"stopping"` // POST /stop has come
	Components []provision.ComponentStatus `json:"components"`
}

// server is the control API: HTTP on a unix socket in a directory only its
// owner may enter.
type server struct {
	config    Config
	started   time.Time
	crew      *crew
	http      *http.Server
	served    chan error
	stopAsked chan struct{}
	stopOnce  sync.Once
}

func listen(ctx context.Context, config Config, c *crew) (*server, error) {
	if err := os.Remove(config.Socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, safefile.Explain(config.Socket, fmt.Errorf("removing the socket of a supervisor that crashed: %w", err))
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "unix", config.Socket)
	if err != nil {
		return nil, safefile.Explain(config.Socket, fmt.Errorf("opening the control socket: %w", err))
	}
	s := &server{config: config, started: time.Now().UTC(), crew: c, served: make(chan error, 1), stopAsked: make(chan struct{})}
	s.http = &http.Server{Handler: s.routes(), ReadHeaderTimeout: 5 * time.Second}
	go func() { s.served <- s.http.Serve(listener) }()
	return s, nil
}

func (s *server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /status", s.status)
	mux.HandleFunc("GET /events", s.events)
	mux.HandleFunc("POST /stop", func(w http.ResponseWriter, _ *http.Request) {
		s.stopOnce.Do(func() { close(s.stopAsked) })
		w.WriteHeader(http.StatusAccepted)
	})
	mux.HandleFunc("POST /proven", func(w http.ResponseWriter, _ *http.Request) {
		s.crew.board.setProven()
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("POST /components/{name}/{verb}", s.command)
	return mux
}

// close gives open event streams a moment to deliver the last lines.
func (s *server) close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if err := s.http.Shutdown(ctx); err != nil {
		_ = s.http.Close()
	}
	if err := <-s.served; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving the control socket: %w", err)
	}
	return nil
}

func (s *server) status(w http.ResponseWriter, _ *http.Request) {
	now := s.crew.board.look()
	status := Status{PID: os.Getpid(), UID: s.config.UID, Started: s.started, Proven: now.proven, Stopping: now.stopping}
	for _, e := range now.entries {
		status.Components = append(status.Components, e.ComponentStatus)
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(status) // a caller that has gone needs no answer
}

func (s *server) command(w http.ResponseWriter, r *http.Request) {
	u, known := s.crew.units[r.PathValue("name")]
	if !known {
		http.Error(w, "no such component", http.StatusNotFound)
		return
	}
	if s.crew.board.look().stopping {
		http.Error(w, "the lab is being stopped", http.StatusConflict)
		return
	}
	ctx := context.WithoutCancel(r.Context())
	switch r.PathValue("verb") {
	case "start":
		u.Start(ctx)
	case "stop":
		u.Stop()
	case "restart":
		u.Stop()
		u.Start(ctx)
	default:
		http.Error(w, "the verbs are start, stop and restart", http.StatusNotFound)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// events streams the present state of every component and then every change, as
// JSON lines, until the caller goes or everything has ended. Changes that
// follow each other faster than the caller reads become one.
func (s *server) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/x-ndjson")
	out, told := json.NewEncoder(w), map[string]event.Event{}
	for {
		now := s.crew.board.look()
		for _, e := range now.entries {
			next := e.event(now.stopping)
			if last, ok := told[e.Name]; ok && last.State == next.State && last.Detail == next.Detail && last.Verb == next.Verb {
				continue
			}
			told[e.Name] = next
			if out.Encode(next) != nil {
				return
			}
		}
		if http.NewResponseController(w).Flush() != nil || now.ended() {
			return
		}
		select {
		case <-now.changed:
		case <-r.Context().Done():
			return
		}
	}
}

func (v view) ended() bool {
	for _, e := range v.entries {
		if e.State != Stopped {
			return false
		}
	}
	return v.stopping
}

// event words an entry for the lab's stream. The time a component needed counts
// from the moment it set out.
func (e entry) event(stopping bool) event.Event {
	out := event.Event{Time: time.Now().UTC(), Verb: "up", Kind: event.Component, Subject: e.Name, State: e.progress(stopping), Detail: e.Detail}
	if e.node {
		out.Kind = event.Node
	}
	if stopping {
		out.Verb = "down"
	}
	if out.State != event.Pending {
		out.Elapsed = time.Since(e.begun)
	}
	return out
}

func (e entry) progress(stopping bool) event.State {
	switch {
	case e.State == Stopped && stopping:
		return event.Done
	case e.State == Backoff:
		return event.Failed
	case e.Healthy && !stopping:
		return event.Done
	case e.State == Waiting || e.State == Stopped || (stopping && e.State != Stopping):
		return event.Pending
	default:
		return event.Running
	}
}
