package pki

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"

	"github.com/labctl-dev/labctl/internal/safefile"
)

// kubeconfigText is what kubeadm writes; every value is base64, an identifier of
// ours or a loopback URL, so nothing needs quoting.
const kubeconfigText = `apiVersion: v1
kind: Config
clusters:
- name: kubernetes
  cluster:
    certificate-authority-data: %[1]s
    server: %[2]s
contexts:
- name: %[3]s@kubernetes
  context:
    cluster: kubernetes
    user: %[3]s
current-context: %[3]s@kubernetes
users:
- name: %[3]s
  user:
    client-certificate-data: %[4]s
    client-key-data: %[5]s
`

// WriteKubeconfig writes a kubeconfig file at path by which the holder of the
// certificate with that stem reaches the API server at the URL server. The file
// stands on its own; one that is right already is not touched.
func (s Store) WriteKubeconfig(path, name, server string) error {
	holder, err := s.load(name)
	if err != nil {
		return fmt.Errorf("making kubeconfig of %s: %w", name, err)
	}
	var fields []any
	for _, file := range []string{s.Cert(ClusterCA), s.Cert(name), s.Key(name)} {
		data, err := os.ReadFile(file) //nolint:gosec // a path of our own store
		if err != nil {
			return fmt.Errorf("making kubeconfig of %s: %w", name, err)
		}
		fields = append(fields, base64.StdEncoding.EncodeToString(data))
	}
	text := fmt.Appendf(nil, kubeconfigText, fields[0], server, holder.cert.Subject.CommonName, fields[1], fields[2])
	if have, err := os.ReadFile(path); err == nil && bytes.Equal(have, text) { //nolint:gosec // our own state
		return nil
	}
	return safefile.Write(path, text)
}
