// Package pki owns the keys and certificates of an embedded lab and the
// kubeconfig files made of them. What is there and still good is kept. It must
// not know processes: it only makes files, each mode 0600.
package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/labctl-dev/labctl/internal/safefile"
)

// Lifetimes, as kubeadm has them. A certificate with less than renewBefore left
// is made anew at the next start.
const (
	caLife      = 10 * 365 * 24 * time.Hour
	certLife    = 365 * 24 * time.Hour
	renewBefore = 30 * 24 * time.Hour
	backdate    = 5 * time.Minute // hosts whose clock was just set back
)

// Store is the PKI directory of one lab.
type Store struct {
	Dir string
	Now func() time.Time
}

// pair is a certificate with its key.
type pair struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// Cert returns the path of a certificate, by its stem.
func (s Store) Cert(name string) string { return filepath.Join(s.Dir, filepath.FromSlash(name)+".crt") }

// Key returns the path of a private key, by its stem.
func (s Store) Key(name string) string { return filepath.Join(s.Dir, filepath.FromSlash(name)+".key") }

// Pub returns the path of a public key, by its stem.
func (s Store) Pub(name string) string { return filepath.Join(s.Dir, filepath.FromSlash(name)+".pub") }

// Ensure makes every authority, every certificate of specs and the service
// account key pair, and keeps those that are still good.
func (s Store) Ensure(specs []Spec) error {
	if err := safefile.MkdirAll(filepath.Join(s.Dir, "etcd")); err != nil {
		return err
	}
	authorities := make([]pair, len(Authorities()))
	var group errgroup.Group
	for i, name := range Authorities() {
		group.Go(func() (err error) {
			authorities[i], err = s.ensure(Spec{Name: name, CN: authorityName(name)}, nil)
			return err
		})
	}
	group.Go(s.ensureServiceAccountKey)
	if err := group.Wait(); err != nil {
		return err
	}
	for _, spec := range specs {
		ca := authorities[slices.Index(Authorities(), spec.CA)]
		group.Go(func() error {
			_, err := s.ensure(spec, &ca)
			return err
		})
	}
	return group.Wait()
}

// authorityName is what kubeadm writes into its authorities' subjects.
func authorityName(name string) string {
	switch name {
	case ClusterCA:
		return "kubernetes"
	case EtcdCA:
		return "etcd-ca"
	default:
		return name
	}
}

// ensure keeps the pair of spec if it is good, else makes it; ca is nil for an
// authority, which signs itself.
func (s Store) ensure(spec Spec, ca *pair) (pair, error) {
	kept, err := s.load(spec.Name)
	if err == nil && s.good(kept, spec, ca) {
		return kept, nil
	}
	if err != nil && errors.Is(err, fs.ErrPermission) {
		return pair{}, safefile.Explain(s.Key(spec.Name), err)
	}
	made, err := s.create(spec, ca)
	if err != nil {
		return pair{}, fmt.Errorf("making certificate %s: %w", spec.Name, err)
	}
	return made, nil
}

func (s Store) good(p pair, spec Spec, ca *pair) bool {
	life := p.cert.NotAfter.Sub(p.cert.NotBefore)
	margin := min(renewBefore, life/2)
	if !p.key.PublicKey.Equal(p.cert.PublicKey) || s.Now().Before(p.cert.NotBefore) || s.Now().Add(margin).After(p.cert.NotAfter) {
		return false
	}
	signer := p.cert
	if ca != nil {
		signer = ca.cert
	}
	return p.cert.CheckSignatureFrom(signer) == nil && p.cert.IsCA == (ca == nil) && sameNames(p.cert, spec)
}

func sameNames(cert *x509.Certificate, spec Spec) bool {
	ips := make([]netip.Addr, 0, len(cert.IPAddresses))
	for _, ip := range cert.IPAddresses {
		addr, _ := netip.AddrFromSlice(ip)
		ips = append(ips, addr.Unmap())
	}
	return cert.Subject.CommonName == spec.CN && slices.Equal(cert.Subject.Organization, spec.Orgs) &&
		slices.Equal(cert.DNSNames, dnsNames(spec)) && slices.Equal(ips, spec.IPs)
}

func dnsNames(spec Spec) []string {
	if spec.CA == "" {
		return []string{spec.CN}
	}
	return spec.DNS
}

func (s Store) create(spec Spec, ca *pair) (pair, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return pair{}, err
	}
	template, err := s.template(spec, ca == nil)
	if err != nil {
		return pair{}, err
	}
	signer := pair{cert: template, key: key}
	if ca != nil {
		signer = *ca
	}
	der, err := x509.CreateCertificate(rand.Reader, template, signer.cert, key.Public(), signer.key)
	if err != nil {
		return pair{}, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return pair{}, err
	}
	made := pair{cert: cert, key: key}
	return made, s.save(spec.Name, made)
}

func (s Store) template(spec Spec, authority bool) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	cert := &x509.Certificate{
		SerialNumber: serial.Add(serial, big.NewInt(1)),
		Subject:      pkix.Name{CommonName: spec.CN, Organization: spec.Orgs},
		NotBefore:    s.Now().Add(-backdate).UTC(),
		NotAfter:     s.Now().Add(certLife).UTC(),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		DNSNames:     dnsNames(spec),
	}
	for _, addr := range spec.IPs {
		cert.IPAddresses = append(cert.IPAddresses, net.IP(addr.AsSlice()))
	}
	if spec.Server {
		cert.ExtKeyUsage = append(cert.ExtKeyUsage, x509.ExtKeyUsageServerAuth)
	}
	if spec.Client {
		cert.ExtKeyUsage = append(cert.ExtKeyUsage, x509.ExtKeyUsageClientAuth)
	}
	if authority {
		cert.NotAfter = s.Now().Add(caLife).UTC()
		cert.KeyUsage |= x509.KeyUsageCertSign | x509.KeyUsageKeyEncipherment
		cert.BasicConstraintsValid, cert.IsCA = true, true
	}
	return cert, nil
}

// ensureServiceAccountKey keeps an existing key whatever its public half looks
// like: another key would end every token of the lab.
func (s Store) ensureServiceAccountKey() error {
	key, err := readKey(s.Key(ServiceAccountKey))
	if errors.Is(err, fs.ErrPermission) {
		return safefile.Explain(s.Key(ServiceAccountKey), err)
	}
	if err != nil {
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return fmt.Errorf("making service account key: %w", err)
		}
		if err := writeKey(s.Key(ServiceAccountKey), key); err != nil {
			return err
		}
	}
	pub, err := encodePublic(&key.PublicKey)
	if err != nil {
		return fmt.Errorf("encoding service account key: %w", err)
	}
	if have, err := os.ReadFile(s.Pub(ServiceAccountKey)); err == nil && slices.Equal(have, pub) {
		return nil
	}
	return safefile.Write(s.Pub(ServiceAccountKey), pub)
}
