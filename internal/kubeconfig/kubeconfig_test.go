package kubeconfig

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/labctl-dev/labctl/internal/reason"
)

const labConfig = `apiVersion: v1
kind: Config
clusters: [{name: lab, cluster: {server: "https://127.0.0.1:6443", certificate-authority-data: Q0E=}}]
users: [{name: admin, user: {token: t}}]
contexts: [{name: admin@lab, context: {cluster: lab, user: admin}}]
current-context: admin@lab
`

const userConfig = `apiVersion: v1
kind: Config
clusters: [{name: work, cluster: {server: "https://work:6443", certificate-authority: relative/ca.pem}}]
users: [{name: me, user: {token: mine}}]
contexts: [{name: work, context: {cluster: work, user: me, namespace: team}}]
current-context: work
`

// foreign has entries of our name that labctl did not make.
const foreign = `apiVersion: v1
kind: Config
clusters: [{name: labctl-default, cluster: {server: "https://elsewhere:6443"}}]
users: []
contexts: []
current-context: ""
`

func place(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// clock counts seconds, so that every backup has its own name.
func clock() func() time.Time {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	return func() time.Time { now = now.Add(time.Second); return now }
}

func load(t *testing.T, path string) *clientcmdapi.Config {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	config, err := clientcmd.Load(data)
	if err != nil {
		t.Fatal(err)
	}
	return config
}

func TestMergeThenUnmergeLeavesTheRestAlone(t *testing.T) {
	t.Parallel()
	source := place(t, "lab", labConfig)
	file := File{Path: place(t, "config", userConfig), Now: clock()}
	before := load(t, file.Path)

	backup, err := file.Merge(source, "default")
	if err != nil {
		t.Fatal(err)
	}
	if kept, _ := os.ReadFile(backup); string(kept) != userConfig {
		t.Errorf("the backup holds %q, want the file as it was", kept)
	}
	merged := load(t, file.Path)
	if merged.CurrentContext != "labctl-default" || merged.Clusters["labctl-default"].Server != "https://127.0.0.1:6443" {
		t.Errorf("merged: current %q, clusters %v", merged.CurrentContext, merged.Clusters)
	}
	if diff := cmp.Diff(before.Contexts["work"], merged.Contexts["work"]); diff != "" {
		t.Errorf("the user's context changed (-before +after):\n%s", diff)
	}
	if !file.Has("default") || file.Has("other") {
		t.Errorf("Has: default %v, other %v; want true, false", file.Has("default"), file.Has("other"))
	}
	if _, err := file.Merge(source, "default"); err != nil {
		t.Fatalf("second merge: %v", err)
	}
	if changed, err := file.Unmerge("default"); err != nil || !changed {
		t.Fatalf("Unmerge = %v, %v; want true, nil", changed, err)
	}
	if diff := cmp.Diff(before, load(t, file.Path)); diff != "" {
		t.Errorf("after merge and unmerge the file differs (-before +after):\n%s", diff)
	}
	if changed, err := file.Unmerge("default"); err != nil || changed {
		t.Errorf("second Unmerge = %v, %v; want false, nil", changed, err)
	}
}

func TestUnmergeKeepsAnotherCurrentContext(t *testing.T) {
	t.Parallel()
	source := place(t, "lab", labConfig)
	file := File{Path: place(t, "config", userConfig), Now: clock()}
	for _, lab := range []string{"one", "two"} {
		if _, err := file.Merge(source, lab); err != nil {
			t.Fatal(err)
		}
	}
	steps := []struct{ lab, want string }{{"one", "labctl-two"}, {"two", ""}}
	for _, step := range steps {
		if _, err := file.Unmerge(step.lab); err != nil {
			t.Fatal(err)
		}
		if got := load(t, file.Path).CurrentContext; got != step.want {
			t.Errorf("after unmerging %s the current context is %q, want %q", step.lab, got, step.want)
		}
	}
}

func TestRefusalsChangeNothing(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, content string
		prepare       func(t *testing.T, path string)
		want          reason.ID
	}{
		{name: "not YAML", content: "clusters: [", want: reason.KubeconfigBad},
		{name: "another kind", content: "apiVersion: v1\nkind: Pod\n", want: reason.KubeconfigBad},
		{name: "a foreign entry of our name", content: foreign, want: reason.KubeconfigTaken},
		{
			name: "locked by kubectl", content: userConfig, want: reason.KubeconfigBusy,
			prepare: func(t *testing.T, path string) {
				t.Helper()
				if err := os.WriteFile(path+".lock", nil, 0o600); err != nil {
					t.Fatal(err)
				}
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			file := File{Path: place(t, "config", test.content), Now: clock()}
			if test.prepare != nil {
				test.prepare(t, file.Path)
			}
			_, err := file.Merge(place(t, "lab", labConfig), "default")
			var known *reason.Error
			if !errors.As(err, &known) || known.Reason.ID != test.want {
				t.Fatalf("Merge error = %v, want reason %s", err, test.want)
			}
			if got, _ := os.ReadFile(file.Path); string(got) != test.content {
				t.Errorf("the file changed to %q", got)
			}
			if left, _ := filepath.Glob(file.Path + backupMark + "*"); len(left) > 0 {
				t.Errorf("backups without a change: %v", left)
			}
		})
	}
}

func TestMergeMakesAMissingFileAndFollowsLinks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	source := place(t, "lab", labConfig)
	missing := File{Path: filepath.Join(dir, "new", "config"), Now: clock()}
	if backup, err := missing.Merge(source, "default"); err != nil || backup != "" {
		t.Fatalf("Merge = %q, %v; want no backup, nil", backup, err)
	}
	if info, err := os.Stat(missing.Path); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("new kubeconfig: %v, %v; want mode 0600", info.Mode(), err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(missing.Path, link); err != nil {
		t.Fatal(err)
	}
	if changed, err := (File{Path: link, Now: clock()}).Unmerge("default"); err != nil || !changed {
		t.Fatalf("Unmerge through a link = %v, %v; want true, nil", changed, err)
	}
	if info, _ := os.Lstat(link); info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link became a file")
	}
}

func TestOnlyFiveBackupsStay(t *testing.T) {
	t.Parallel()
	file := File{Path: place(t, "config", userConfig), Now: clock()}
	source := place(t, "lab", labConfig)
	for range backups + 3 {
		if _, err := file.Merge(source, "default"); err != nil {
			t.Fatal(err)
		}
	}
	left, err := filepath.Glob(file.Path + backupMark + "*")
	if err != nil || len(left) != backups {
		t.Fatalf("%d backups (%v), want %d", len(left), err, backups)
	}
	if !strings.HasSuffix(left[len(left)-1], "030413.000") {
		t.Errorf("the newest backup is %s, want the last one made", left[len(left)-1])
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	home, state := filepath.FromSlash("/home/u"), filepath.FromSlash("/home/u/.local/state/labctl")
	own, other := filepath.Join(state, "labs", "default", "kubeconfig"), filepath.FromSlash("/etc/kube")
	tests := []struct{ name, kubeconfigs, home, want string }{
		{"nothing set", "", home, filepath.Join(home, ".kube", "config")},
		{"one", other, home, other},
		{"inside labctl shell", own, home, filepath.Join(home, ".kube", "config")},
		{"own file first", own + string(filepath.ListSeparator) + other, home, other},
		{"no home", "", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := Find(test.kubeconfigs, test.home, state); got != test.want {
				t.Errorf("Find(%q) = %q, want %q", test.kubeconfigs, got, test.want)
			}
		})
	}
}

// FuzzMergeUnmerge holds that merge and unmerge never panic and give back
// every entry of any readable kubeconfig.
func FuzzMergeUnmerge(f *testing.F) {
	for _, seed := range []string{userConfig, labConfig, foreign, "", "kind: Config", "contexts: null", "current-context: x"} {
		f.Add(seed)
	}
	source, err := decode([]byte(labConfig))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, content string) {
		config, err := decode([]byte(content))
		if err != nil {
			return
		}
		name := ContextName("default")
		if config.Contexts[name] != nil || config.Clusters[name] != nil || config.AuthInfos[name] != nil {
			return
		}
		merged, err := merge(config, source, "default")
		if err != nil {
			t.Fatalf("merge: %v", err)
		}
		cleaned, changed := unmerge(merged, "default")
		if !changed {
			t.Fatal("unmerge found nothing to undo")
		}
		want := config.DeepCopy()
		if _, exists := config.Contexts[config.CurrentContext]; !exists {
			want.CurrentContext = ""
		}
		if diff := cmp.Diff(want, cleaned); diff != "" {
			t.Errorf("merge and unmerge differ (-want +got):\n%s", diff)
		}
	})
}
