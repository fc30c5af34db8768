package cli

import (
	"strings"

	"github.com/labctl-dev/labctl/internal/cli/env"
	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/provision"
)

// providerNames lists every kind of lab, the default first. A new provider is
// one line here and one case below.
func providerNames() []string { return []string{defaultProvider} }

// providers makes the provider a command asks for, when it asks.
func providers(e *env.Env) func(string) (provision.Provider, error) {
	return func(name string) (provision.Provider, error) {
		switch name {
		default:
			return nil, reason.New(reason.ProviderUnknown, nil, "provider", name, "known", strings.Join(providerNames(), ", "))
		}
	}
}
