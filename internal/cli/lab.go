package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/labctl-dev/labctl/internal/cli/env"
	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/provision"
)

// defaultProvider makes labs where nobody asked for another kind.
const defaultProvider = "embedded"

// current returns the lab the command means and the provider that made it, or
// that would make it.
func current(e *env.Env) (provision.Lab, provision.Provider, error) {
	lab, err := e.Lab()
	if err != nil {
		return provision.Lab{}, nil, err
	}
	provider, err := e.Provider(providerOf(lab))
	return lab, provider, err
}

// providerOf reads the provider's name from the lab's record. Whatever else is
// wrong with the record, the provider itself says it better.
func providerOf(lab provision.Lab) string {
	var record struct {
		Provider string `json:"provider"`
	}
	data, err := os.ReadFile(filepath.Join(lab.Dir, "lab.json"))
	if err != nil || json.Unmarshal(data, &record) != nil || record.Provider == "" {
		return defaultProvider
	}
	return record.Provider
}

// known lists the names of the labs on this computer, sorted.
func known(e *env.Env) ([]string, error) {
	entries, err := os.ReadDir(e.State.Labs())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, reason.New(reason.LabUnreadable, err, "path", e.State.Labs(), "detail", err.Error(), "lab", e.LabName)
	}
	var names []string
	for _, entry := range entries {
		if _, err := e.State.Lab(entry.Name()); err == nil && entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	return names, nil
}

// access returns how to reach the running lab, for `labctl <verb>`.
func access(ctx context.Context, e *env.Env, verb string) (provision.Lab, provision.Access, error) {
	lab, provider, err := current(e)
	if err != nil {
		return lab, provision.Access{}, err
	}
	accessor, ok := provider.(provision.Accessor)
	if !ok {
		return lab, provision.Access{}, reason.New(reason.CannotDo, nil, "provider", provider.Name(), "verb", verb)
	}
	way, err := accessor.Access(ctx, lab)
	if err != nil {
		return lab, way, fmt.Errorf("reaching the lab: %w", err)
	}
	return lab, way, nil
}
