package supervisor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/labctl-dev/labctl/internal/event"
)

// Client speaks to the supervisor of one lab.
type Client struct {
	http *http.Client
}

// NewClient returns a client for the control socket at path. Close it.
func NewClient(path string) *Client {
	return &Client{http: &http.Client{Transport: &http.Transport{DialContext: dialSocket(path)}}}
}

// Close closes kept connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Status asks for the state of every component.
func (c *Client) Status(ctx context.Context) (Status, error) {
	body, err := c.do(ctx, http.MethodGet, "status")
	if err != nil {
		return Status{}, err
	}
	defer body.Close() //nolint:errcheck // only read
	var status Status
	if err := json.NewDecoder(body).Decode(&status); err != nil {
		return Status{}, fmt.Errorf("reading the supervisor's answer: %w", err)
	}
	return status, nil
}

// Events passes on the supervisor's events, first the present state of every
// component, until ctx ends or the supervisor does. That is no error.
func (c *Client) Events(ctx context.Context, sink event.Sink) error {
	body, err := c.do(ctx, http.MethodGet, "events")
	if err != nil {
		return err
	}
	defer body.Close() //nolint:errcheck // only read
	for decoder := json.NewDecoder(body); ; {
		var e event.Event
		if err := decoder.Decode(&e); err != nil {
			return nil // the stream ends with the supervisor, however that ends
		}
		sink.Emit(e)
	}
}

// Stop tells the supervisor to stop everything and end. It does not wait.
func (c *Client) Stop(ctx context.Context) error { return c.post(ctx, "stop") }

// Proven records that the lab was proven ready under this supervisor.
func (c *Client) Proven(ctx context.Context) error { return c.post(ctx, "proven") }

// Command starts, stops or restarts one component and returns once a stopped
// process is gone.
func (c *Client) Command(ctx context.Context, name, verb string) error {
	return c.post(ctx, "components/"+url.PathEscape(name)+"/"+url.PathEscape(verb))
}

func (c *Client) post(ctx context.Context, path string) error {
	body, err := c.do(ctx, http.MethodPost, path)
	if err != nil {
		return err
	}
	return body.Close()
}

func (c *Client) do(ctx context.Context, method, path string) (io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(ctx, method, "http://supervisor/"+path, http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("asking the supervisor: %w", err)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, fmt.Errorf("asking the supervisor: %w", err)
	}
	if response.StatusCode/100 == 2 {
		return response.Body, nil
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, 1024))
	return nil, errors.Join(fmt.Errorf("the supervisor refuses %s: %s", path, strings.TrimSpace(string(text))), err, response.Body.Close())
}
