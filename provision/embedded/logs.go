package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/provision"
	"github.com/labctl-dev/labctl/provision/embedded/component"
	"github.com/labctl-dev/labctl/provision/embedded/labfile"
	"github.com/labctl-dev/labctl/provision/embedded/supervisor"
)

// followEvery is how often a followed log is looked at.
const followEvery = 100 * time.Millisecond

// Logs copies the log of a component, of a node or of the supervisor to w.
func (p *Provider) Logs(ctx context.Context, lab provision.Lab, name string, follow bool, w io.Writer) error {
	record, err := labfile.Load(lab)
	if err != nil {
		return err
	}
	layout := layoutOf(lab, record, "")
	known := []string{supervisorName}
	for _, c := range component.All(component.Lab{Layout: layout, Plan: record.Plan, Ports: record.Ports}) {
		known = append(known, c.Name)
	}
	if !slices.Contains(known, name) {
		return reason.New(reason.ComponentUnknown, nil, "lab", lab.Name, "component", name, "known", strings.Join(known, ", "))
	}
	source := &logSource{path: supervisor.LogFile(layout.LogDir(), name)}
	defer source.close()
	for {
		if err := source.copyTo(w); err != nil {
			return fmt.Errorf("reading the log of %s: %w", name, err)
		}
		if !follow || !pause(ctx, followEvery) {
			return nil
		}
	}
}

func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// logSource reads a log file that grows and is now and then replaced.
type logSource struct {
	path string
	file *os.File
}

// copyTo copies what came since the last call, to the end of the old file first
// when it was replaced. A log that does not exist yet is empty.
func (s *logSource) copyTo(w io.Writer) error {
	for {
		replaced, err := s.open()
		if err != nil || s.file == nil {
			return err
		}
		if _, err := io.Copy(w, s.file); err != nil {
			return err
		}
		if !replaced {
			return nil
		}
		s.close()
	}
}

// open opens the file if needed and says whether another is at its path by now.
func (s *logSource) open() (replaced bool, err error) {
	if s.file == nil {
		s.file, err = os.Open(s.path)
		if errors.Is(err, fs.ErrNotExist) {
			return false, nil
		}
		return false, err
	}
	mine, err := s.file.Stat()
	if err != nil {
		return false, err
	}
	there, err := os.Stat(s.path)
	return err == nil && !os.SameFile(mine, there), nil
}

func (s *logSource) close() {
	if s.file != nil {
		_ = s.file.Close() // only read
		s.file = nil
	}
}
