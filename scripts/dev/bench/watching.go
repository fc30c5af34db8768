package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/labctl-dev/labctl/internal/report"
)

// watched is the check whose verdict follows the pod's Ready condition.
const watchedStep, watchedCheck = "create", "ready"

// watching reads the JSON lines of a running `labctl check --watch --json`.
type watching struct {
	lines chan line
}

type line struct {
	at   time.Time
	text []byte
	err  error
}

func (l lab) watch(ctx context.Context) (*watching, func(), error) {
	ctx, cancel := context.WithCancel(ctx)
	cmd := l.command(ctx, "check", "2.1", "--watch", "--json")
	said := &bytes.Buffer{}
	cmd.Stderr = said
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		cancel()
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		cancel()
		return nil, nil, err
	}
	w := &watching{lines: make(chan line, 1024)}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.read(ctx, out)
		_ = cmd.Wait() // its exit code tells of the lesson
		if ctx.Err() == nil {
			_, _ = os.Stderr.Write(said.Bytes()) // it ended by itself
		}
	}()
	return w, func() { cancel(); <-ended }, nil
}

func (w *watching) read(ctx context.Context, out io.Reader) {
	reader := bufio.NewReader(out)
	for {
		text, err := reader.ReadBytes('\n')
		select {
		case w.lines <- line{time.Now(), text, err}:
		case <-ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

// until waits for a line in which the watched check has the state, and returns
// when the line came.
func (w *watching) until(ctx context.Context, state string) (time.Time, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, oneVerdict, fmt.Errorf("no verdict %q came within %s", state, oneVerdict))
	defer cancel()
	for {
		select {
		case <-ctx.Done():
			return time.Time{}, context.Cause(ctx)
		case l := <-w.lines:
			if l.err != nil {
				return time.Time{}, fmt.Errorf("labctl check ended: %w", l.err)
			}
			seen, err := stateIn(l.text)
			if err != nil || seen == state {
				return l.at, err
			}
		}
	}
}

func stateIn(text []byte) (string, error) {
	var doc report.Document
	if err := json.Unmarshal(text, &doc); err != nil {
		return "", fmt.Errorf("reading a line of labctl check: %w", err)
	}
	for _, lesson := range doc.Lessons {
		for _, step := range lesson.Steps {
			for _, check := range step.Checks {
				if step.ID == watchedStep && check.ID == watchedCheck {
					return string(check.State), nil
				}
			}
		}
	}
	return "", fmt.Errorf("a line of labctl check has no check %s/%s", watchedStep, watchedCheck)
}
