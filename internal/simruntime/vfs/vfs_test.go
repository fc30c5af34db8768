package vfs_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/labctl-dev/labctl/internal/simruntime/vfs"
)

func TestCopyUpLeavesTheImageAlone(t *testing.T) {
	t.Parallel()
	f, upper := open(t)
	if err := put(f, "/etc/nginx/nginx.conf", "more\n", os.O_APPEND); err != nil {
		t.Fatal(err)
	}
	got, err := read(f, "/etc/nginx/nginx.conf")
	if err != nil || got != "image\nmore\n" {
		t.Errorf("after append: %q, %v", got, err)
	}
	info, err := os.Stat(filepath.Join(upper, "etc/nginx/nginx.conf"))
	if err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("copied up as %v, %v", info, err)
	}
	if diff := cmp.Diff([]string{"conf.d", "nginx.conf"}, list(t, f, "/etc/nginx")); diff != "" {
		t.Error(diff)
	}
}

func TestWhiteouts(t *testing.T) {
	t.Parallel()
	f, _ := open(t)
	if err := f.Remove("/etc/nginx/conf.d"); !errors.Is(err, syscall.ENOTEMPTY) {
		t.Errorf("removing a full directory: %v", err)
	}
	for _, name := range []string{"/etc/nginx/conf.d/a", "/etc/nginx/conf.d"} {
		if err := f.Remove(name); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Stat(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s after its removal: %v", name, err)
		}
	}
	if err := f.Mkdir("/etc/nginx/conf.d", 0o755); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{}, list(t, f, "/etc/nginx/conf.d")); diff != "" {
		t.Errorf("a directory made anew shows the old content: %s", diff)
	}
	write(t, f, "/etc/nginx/conf.d/b", "b")
	if diff := cmp.Diff([]string{"b"}, list(t, f, "/etc/nginx/conf.d")); diff != "" {
		t.Error(diff)
	}
	if err := put(f, "/etc/.wh.passwd", "", 0); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("a container made a whiteout by hand: %v", err)
	}
}

func TestRename(t *testing.T) {
	t.Parallel()
	volume := t.TempDir()
	f, _ := open(t, vfs.Mount{HostPath: volume, ContainerPath: "/data"})
	write(t, f, "/run/new", "new")
	cases := []struct {
		from, to string
		want     error
	}{
		{"/etc/passwd", "/run/passwd", nil},
		{"/run/new", "/etc/nginx/nginx.conf", nil},
		{"/etc/nginx", "/etc/other", syscall.EXDEV},
		{"/bin/sh", "/data/sh", syscall.EXDEV},
		{"/bin/sh", "/etc", syscall.EISDIR},
		{"/data", "/other", syscall.EBUSY},
		{"/nothing", "/other", fs.ErrNotExist},
	}
	for _, c := range cases {
		if err := f.Rename(c.from, c.to); !errors.Is(err, c.want) {
			t.Errorf("rename %s %s: %v, want %v", c.from, c.to, err, c.want)
		}
	}
	if _, err := f.Stat("/etc/passwd"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the old name is still there: %v", err)
	}
	if got, err := read(f, "/etc/nginx/nginx.conf"); got != "new" || err != nil {
		t.Errorf("replaced file holds %q, %v", got, err)
	}
}

func TestMounts(t *testing.T) {
	t.Parallel()
	host := t.TempDir()
	hostFile(t, host, "vol/x", "vol")
	hostFile(t, host, "inner/y", "inner")
	hosts := hostFile(t, host, "hosts", "127.0.0.1 localhost\n")
	f, _ := open(t,
		vfs.Mount{HostPath: filepath.Join(host, "inner"), ContainerPath: "/var/run/secrets/inner", ReadOnly: true},
		vfs.Mount{HostPath: filepath.Join(host, "vol"), ContainerPath: "/run"},
		vfs.Mount{HostPath: hosts, ContainerPath: "/etc/hosts"},
	)
	for name, want := range map[string]string{
		"/run/x": "vol", "/var/run/x": "vol", "/run/secrets/inner/y": "inner", "/etc/hosts": "127.0.0.1 localhost\n",
	} {
		if got, err := read(f, name); got != want || err != nil {
			t.Errorf("%s: %q, %v, want %q", name, got, err, want)
		}
	}
	for _, change := range []error{
		put(f, "/run/secrets/inner/y", "no", 0), f.Mkdir("/run/secrets/inner/z", 0o755), f.Remove("/run/secrets/inner/y"),
	} {
		if !errors.Is(change, syscall.EROFS) {
			t.Errorf("changing a read-only volume: %v", change)
		}
	}
	write(t, f, "/etc/hosts", "changed")
	if data, err := os.ReadFile(hosts); string(data) != "changed" || err != nil {
		t.Errorf("a file mount was not written through: %q, %v", data, err)
	}
	if diff := cmp.Diff([]string{"hosts", "nginx", "passwd"}, list(t, f, "/etc")); diff != "" {
		t.Error(diff)
	}
}

// The layout the kubelet's AtomicWriter gives ConfigMaps and Secrets.
func TestAtomicWriterLayout(t *testing.T) {
	t.Parallel()
	volume := t.TempDir()
	hostFile(t, volume, "..2026_11_23/index.html", "one")
	hostFile(t, volume, "..2026_11_24/index.html", "two")
	link := func(target, name string) {
		t.Helper()
		if err := os.Symlink(target, filepath.Join(volume, name)); err != nil {
			t.Fatal(err)
		}
	}
	link("..2026_11_23", "..data")
	link("..data/index.html", "index.html")
	f, _ := open(t, vfs.Mount{HostPath: volume, ContainerPath: "/web", ReadOnly: true})
	if got, err := read(f, "/web/index.html"); got != "one" || err != nil {
		t.Fatalf("%q, %v", got, err)
	}
	link("..2026_11_24", "..tmp")
	if err := os.Rename(filepath.Join(volume, "..tmp"), filepath.Join(volume, "..data")); err != nil {
		t.Fatal(err)
	}
	if got, err := read(f, "/web/index.html"); got != "two" || err != nil {
		t.Errorf("after the update: %q, %v", got, err)
	}
	if target, err := f.ReadLink("/web/..data"); target != "..2026_11_24" || err != nil {
		t.Errorf("..data leads to %q, %v", target, err)
	}
}

func TestNothingLeadsOutside(t *testing.T) {
	t.Parallel()
	host := t.TempDir()
	secret := hostFile(t, host, "secret", "host secret")
	volume := filepath.Join(host, "vol")
	hostFile(t, volume, "fine", "fine")
	for name, target := range map[string]string{
		"abs": secret, "up": "../secret", "far": "../../../../../../../../../../etc/hostname", "dirlink": "..",
	} {
		if err := os.Symlink(target, filepath.Join(volume, name)); err != nil {
			t.Fatal(err)
		}
	}
	f, _ := open(t, vfs.Mount{HostPath: volume, ContainerPath: "/vol"})
	for _, name := range []string{
		"/vol/abs", "/vol/up", "/vol/far", "/vol/dirlink/secret", "/vol/../secret", "../../secret", secret,
		"/vol/../../../../../../" + secret, "/vol/fine/../../secret",
	} {
		if got, err := read(f, name); err == nil {
			t.Errorf("%s reads %q", name, got)
		} else if strings.Contains(err.Error(), host) && !strings.Contains(name, host) {
			t.Errorf("%s: the error names the host: %v", name, err)
		}
	}
	for _, name := range []string{"/escape", "../../../../etc/passwd", "/vol/../etc/passwd"} {
		if got, err := read(f, name); !strings.HasPrefix(got, "root:x:0:0") || err != nil {
			t.Errorf("%s should be the container's own file: %q, %v", name, got, err)
		}
	}
	if _, err := f.Stat("/loop"); !errors.Is(err, syscall.ELOOP) {
		t.Errorf("a link to itself: %v", err)
	}
}

func TestDevices(t *testing.T) {
	t.Parallel()
	f, _ := open(t)
	write(t, f, "/dev/null", "gone")
	if got, err := read(f, "/dev/null"); got != "" || err != nil {
		t.Errorf("/dev/null: %q, %v", got, err)
	}
	zero, err := f.OpenFile("/dev/zero", os.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	four := []byte{1, 2, 3, 4}
	if _, err := io.ReadFull(zero, four); err != nil || four[0]+four[3] != 0 {
		t.Errorf("/dev/zero: %v, %v", four, err)
	}
	if diff := cmp.Diff([]string{"null", "random", "urandom", "zero"}, list(t, f, "/dev")); diff != "" {
		t.Error(diff)
	}
}

func TestErrorsReadLikeLinux(t *testing.T) {
	t.Parallel()
	f, _ := open(t)
	_, notDir := read(f, "/etc/passwd/x")
	_, dir := read(f, "/etc")
	cases := []struct {
		err  error
		want string
	}{
		{notDir, "open /etc/passwd/x: not a directory"},
		{dir, "open /etc: is a directory"},
		{put(f, "/no/such/dir", "", 0), "open /no/such/dir: no such file or directory"},
		{put(f, "/etc/passwd", "", os.O_EXCL), "open /etc/passwd: file already exists"},
		{f.Mkdir("/etc", 0o755), "mkdir /etc: file already exists"},
		{f.Remove("/"), "remove /: device or resource busy"},
	}
	for _, c := range cases {
		if c.err == nil || c.err.Error() != c.want {
			t.Errorf("got %v, want %s", c.err, c.want)
		}
	}
}

func TestChmodAndMissingMount(t *testing.T) {
	t.Parallel()
	f, _ := open(t)
	if err := f.Chmod("/etc/passwd", 0o600); err != nil {
		t.Fatal(err)
	}
	if info, err := f.Stat("/etc/passwd"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	_, err := vfs.New(t.TempDir(), image(), []vfs.Mount{{HostPath: filepath.Join(t.TempDir(), "gone"), ContainerPath: "/x"}})
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing host path: %v", err)
	}
}
