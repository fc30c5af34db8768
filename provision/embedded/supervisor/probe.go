package supervisor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/labctl-dev/labctl/provision/embedded/component"
)

// prober asks components for their health, over one kept connection each.
type prober struct {
	clients map[string]*http.Client
}

func newProber(components []component.Component) (*prober, error) {
	p := &prober{clients: map[string]*http.Client{}}
	for _, spec := range components {
		transport, err := transportTo(spec.Health)
		if err != nil {
			return nil, fmt.Errorf("health check of %s: %w", spec.Name, err)
		}
		p.clients[spec.Name] = &http.Client{Transport: transport}
	}
	return p, nil
}

func transportTo(health component.Health) (*http.Transport, error) {
	transport := &http.Transport{MaxIdleConns: 1, IdleConnTimeout: 10 * time.Second}
	if health.Socket != "" {
		transport.DialContext = dialSocket(health.Socket)
	}
	if health.CAFile == "" {
		return transport, nil
	}
	data, err := os.ReadFile(health.CAFile)
	if err != nil {
		return nil, fmt.Errorf("reading authority: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(data) {
		return nil, errors.New("no certificate in " + health.CAFile)
	}
	transport.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	return transport, nil
}

func dialSocket(path string) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}
}

func (p *prober) probe(ctx context.Context, spec component.Component) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, spec.Health.URL, http.NoBody)
	if err != nil {
		return err
	}
	response, err := p.clients[spec.Name].Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close() //nolint:errcheck // nothing follows
	body, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("health check answers %s%s", response.Status, failedChecks(string(body)))
	}
	return nil
}

// failedChecks picks the failed ones from the list Kubernetes' health endpoints
// answer with: lines such as "[-]etcd failed: reason withheld".
func failedChecks(body string) string {
	var failed []string
	for line := range strings.Lines(body) {
		if name, ok := strings.CutPrefix(line, "[-]"); ok {
			name, _, _ = strings.Cut(name, " ")
			failed = append(failed, name)
		}
	}
	if len(failed) == 0 {
		return ""
	}
	return " (" + strings.Join(failed, ", ") + ")"
}

// oneLine makes an error fit a status line.
func oneLine(err error) string {
	return strings.Join(strings.Fields(err.Error()), " ")
}
