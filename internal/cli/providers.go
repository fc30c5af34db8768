package cli

import (
	"strings"

	"github.com/labctl-dev/labctl/internal/cli/env"
	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/provision"
	"github.com/labctl-dev/labctl/provision/embedded"
)

// providerNames lists every kind of lab, the default first. A new provider is
// one name here and one case below.
func providerNames() []string { return []string{embedded.Name} }

// providers makes the provider a command asks for, when it asks.
func providers(e *env.Env) func(string) (provision.Provider, error) {
	return func(name string) (provision.Provider, error) {
		switch name {
		case embedded.Name:
			return newEmbedded(e)
		default:
			return nil, reason.New(reason.ProviderUnknown, nil, "provider", name, "known", strings.Join(providerNames(), ", "))
		}
	}
}

// newEmbedded does not look whether labctl-plane exists: a lab can be stopped,
// shown and removed without it.
func newEmbedded(e *env.Env) (provision.Provider, error) {
	binary, err := planePath(e)
	if err != nil {
		return nil, err
	}
	return embedded.New(embedded.Options{
		Plane:             binary,
		SupervisorCommand: []string{binary, "supervise"},
		Environ:           e.Environ(),
		NewPorts:          e.Up.NewPorts,
		Timeout:           e.Up.Timeout,
		Log:               e.Log,
	}), nil
}
