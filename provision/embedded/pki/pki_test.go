package pki

import (
	"crypto/tls"
	"crypto/x509"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/labctl-dev/labctl/provision"
)

func clock(at time.Time) func() time.Time { return func() time.Time { return at } }

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func made(t *testing.T) Store {
	t.Helper()
	store := Store{Dir: filepath.Join(t.TempDir(), "pki"), Now: clock(start)}
	if err := store.Ensure(Specs(provision.DefaultPlan())); err != nil {
		t.Fatal(err)
	}
	return store
}

func TestIdentities(t *testing.T) {
	t.Parallel()
	store := made(t)
	type identity struct {
		CN   string
		Orgs []string
	}
	got := map[string]identity{}
	for _, name := range []string{Scheduler, ControllerManager, Admin, SuperAdmin, KubeletClient, EtcdClient, FrontProxyClient, Kubelet("w1-k8s"), Gateway} {
		p, err := store.load(name)
		if err != nil {
			t.Fatal(err)
		}
		got[name] = identity{p.cert.Subject.CommonName, p.cert.Subject.Organization}
	}
	want := map[string]identity{
		"scheduler":                {"system:kube-scheduler", nil},
		"controller-manager":       {"system:kube-controller-manager", nil},
		"admin":                    {"kubernetes-admin", []string{"kubeadm:cluster-admins"}},
		"super-admin":              {"kubernetes-super-admin", []string{"system:masters"}},
		"apiserver-kubelet-client": {"kube-apiserver-kubelet-client", []string{"kubeadm:cluster-admins"}},
		"apiserver-etcd-client":    {"kube-apiserver-etcd-client", nil},
		"front-proxy-client":       {"front-proxy-client", nil},
		"kubelet-w1-k8s":           {"system:node:w1-k8s", []string{"system:nodes"}},
		"gateway":                  {"system:labctl:gateway", nil},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestEveryPairVerifiesOnlyAgainstItsOwnAuthority(t *testing.T) {
	t.Parallel()
	store := made(t)
	for _, spec := range Specs(provision.DefaultPlan()) {
		if _, err := tls.LoadX509KeyPair(store.Cert(spec.Name), store.Key(spec.Name)); err != nil {
			t.Errorf("%s: %v", spec.Name, err)
		}
		leaf, err := store.load(spec.Name)
		if err != nil {
			t.Fatal(err)
		}
		for _, ca := range Authorities() {
			authority, err := store.load(ca)
			if err != nil {
				t.Fatal(err)
			}
			roots := x509.NewCertPool()
			roots.AddCert(authority.cert)
			_, err = leaf.cert.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: start, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
			if (err == nil) != (ca == spec.CA) {
				t.Errorf("%s against %s: %v", spec.Name, ca, err)
			}
		}
	}
}

func TestServerNames(t *testing.T) {
	t.Parallel()
	store := made(t)
	for name, hosts := range map[string][]string{
		APIServer:                  {"kubernetes.default.svc.cluster.local", "10.96.0.1", "192.168.56.10", "127.0.0.1", "localhost", "m-k8s"},
		EtcdServer:                 {"127.0.0.1", "localhost"},
		Serving(Kubelet("w2-k8s")): {"w2-k8s", "192.168.56.102"},
	} {
		p, err := store.load(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, host := range hosts {
			if err := p.cert.VerifyHostname(host); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestEnsureKeepsGoodFiles(t *testing.T) {
	t.Parallel()
	store := made(t)
	before := contents(t, store.Dir)
	if err := store.Ensure(Specs(provision.DefaultPlan())); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, contents(t, store.Dir)); diff != "" {
		t.Error(diff)
	}
}

func TestEnsureMendsOnlyWhatIsBad(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		spoil   func(t *testing.T, s *Store)
		changed []string
	}{
		{"cut certificate", func(t *testing.T, s *Store) { overwrite(t, s.Cert(Admin), "-----BEGIN") }, []string{"admin.crt", "admin.key"}},
		{"empty key", func(t *testing.T, s *Store) { overwrite(t, s.Key(Scheduler), "") }, []string{"scheduler.crt", "scheduler.key"}},
		{"public key lost", func(t *testing.T, s *Store) { overwrite(t, s.Pub(ServiceAccountKey), "x") }, nil},
		{"key of another", func(t *testing.T, s *Store) {
			data, err := os.ReadFile(s.Key(Gateway))
			if err != nil {
				t.Fatal(err)
			}
			overwrite(t, s.Key(Admin), string(data))
		}, []string{"admin.crt", "admin.key"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			store := made(t)
			before := contents(t, store.Dir)
			tc.spoil(t, &store)
			if err := store.Ensure(Specs(provision.DefaultPlan())); err != nil {
				t.Fatal(err)
			}
			after := contents(t, store.Dir)
			var changed []string
			for _, name := range []string{"admin.crt", "admin.key", "scheduler.crt", "scheduler.key", "sa.key", "sa.pub", "ca.crt", "gateway.key"} {
				if before[name] != after[name] {
					changed = append(changed, name)
				}
			}
			if diff := cmp.Diff(tc.changed, changed); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEnsureRenewsBeforeExpiry(t *testing.T) {
	t.Parallel()
	store := made(t)
	before := contents(t, store.Dir)
	store.Now = clock(start.Add(certLife - renewBefore + time.Hour))
	if err := store.Ensure(Specs(provision.DefaultPlan())); err != nil {
		t.Fatal(err)
	}
	after := contents(t, store.Dir)
	if before["admin.crt"] == after["admin.crt"] {
		t.Error("a certificate near its end was kept")
	}
	if before["ca.crt"] != after["ca.crt"] || before["sa.key"] != after["sa.key"] {
		t.Error("an authority or the service account key was replaced too early")
	}
}

func TestModes(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes: the user's profile directory protects the files")
	}
	store := made(t)
	err := filepath.WalkDir(store.Dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		}
		if err == nil && info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, want %v", path, info.Mode().Perm(), want)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, path))
		files[path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func overwrite(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func BenchmarkEnsure(b *testing.B) {
	for b.Loop() {
		store := Store{Dir: filepath.Join(b.TempDir(), "pki"), Now: clock(start)}
		if err := store.Ensure(Specs(provision.DefaultPlan())); err != nil {
			b.Fatal(err)
		}
	}
}
