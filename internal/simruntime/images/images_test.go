package images_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/labctl-dev/labctl/internal/simruntime/images"
)

func TestLookup(t *testing.T) {
	t.Parallel()
	c := load(t)
	cases := []struct{ ref, name, version, shell string }{
		{"nginx", "nginx", "1.29.3", "/bin/bash"},
		{"nginx:latest", "nginx", "1.29.3", "/bin/bash"},
		{"docker.io/library/nginx", "nginx", "1.29.3", "/bin/bash"},
		{"docker.io/nginx:1.27", "nginx", "1.27.5", "/bin/bash"},
		{"nginx:1.16.1", "nginx", "1.16.1", "/bin/bash"},
		{"nginx:1.27-alpine", "nginx", "1.27.5", ""},
		{"nginx:stable-alpine", "nginx", "1.28.0", ""},
		{"busybox", "busybox", "", ""},
		{"busybox:1.36", "busybox", "", ""},
		{"alpine:3.20", "alpine", "", ""},
		{"registry.k8s.io/pause:3.10.1", "pause", "", ""},
		{"registry.k8s.io/kube-apiserver:v1.37.2", "kube-apiserver", "", ""},
		{"registry.k8s.io/coredns/coredns:v1.14.3", "coredns", "", ""},
		{"docker.io/calico/node:v3.31.2", "calico-node", "", ""},
	}
	for _, tc := range cases {
		image, err := c.Lookup(tc.ref)
		if err != nil {
			t.Errorf("%s: %v", tc.ref, err)
			continue
		}
		if image.Name != tc.name || image.Version != tc.version {
			t.Errorf("%s is %s %s", tc.ref, image.Name, image.Version)
		}
		if err := image.Resolve("/bin/bash", nil); (err == nil) != (tc.shell != "") {
			t.Errorf("%s: bash: %v", tc.ref, err)
		}
	}
}

func TestNotFoundSaysWhyAndHow(t *testing.T) {
	t.Parallel()
	c := load(t)
	for ref, want := range map[string]string{
		"nginx:1.99-nope":                         `failed to pull and unpack image "docker.io/library/nginx:1.99-nope": failed to resolve reference "docker.io/library/nginx:1.99-nope": docker.io/library/nginx:1.99-nope: not found (docker.io/library/nginx is in the catalogue`,
		"sysnet4admin/unknown":                    "add this one with a YAML entry",
		"nginx@sha256:" + strings.Repeat("0", 64): "digests differ",
		"registry.k8s.io/kube-apiserver:v1.30.0":  "try :v1.37.2",
	} {
		_, err := c.Lookup(ref)
		var missing *images.NotFoundError
		if !errors.As(err, &missing) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", ref, err)
		}
	}
	var bad *images.RefError
	if _, err := c.Lookup("Nginx:UPPER CASE"); !errors.As(err, &bad) {
		t.Errorf("no reference: %v", err)
	}
}

func TestIdentity(t *testing.T) {
	t.Parallel()
	c := load(t)
	find := func(ref string) *images.Image {
		t.Helper()
		image, err := c.Lookup(ref)
		if err != nil {
			t.Fatal(err)
		}
		return image
	}
	first, second := find("nginx:1.26"), find("nginx:1.27")
	if first.ID == second.ID || first.Digest == second.Digest || !strings.HasPrefix(first.ID, "sha256:") {
		t.Errorf("%s %s", first.ID, second.ID)
	}
	if again := find("docker.io/library/nginx:1.26"); again.ID != first.ID || again.Digest != first.Digest {
		t.Error("the same reference gives another image")
	}
	for _, ref := range []string{"nginx@" + find("nginx").Digest, "nginx:1.26@" + first.Digest} {
		if _, err := c.Lookup(ref); err != nil {
			t.Error(err)
		}
	}
	want := images.Config{
		Entrypoint: []string{"/docker-entrypoint.sh"}, Cmd: []string{"nginx", "-g", "daemon off;"},
		Env:        []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "NGINX_VERSION=1.26.3"},
		StopSignal: "SIGQUIT", ExposedPorts: []int{80},
	}
	if diff := cmp.Diff(want, first.Config); diff != "" {
		t.Error(diff)
	}
}

func TestResolveWordsLikeRunc(t *testing.T) {
	t.Parallel()
	image, err := load(t).Lookup("nginx")
	if err != nil {
		t.Fatal(err)
	}
	for argv0, want := range map[string]string{
		"nginx": "", "/usr/sbin/nginx": "", "sh": "", "/docker-entrypoint.sh": "",
		"nope":        `exec: "nope": executable file not found in $PATH`,
		"/nope":       `exec: "/nope": stat /nope: no such file or directory`,
		"/etc/passwd": `exec: "/etc/passwd": permission denied`,
		"/etc":        `exec: "/etc": is a directory`,
		"":            `exec: "": no command was given`,
	} {
		got := ""
		if err := image.Resolve(argv0, image.Config.Env); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %s, want %s", argv0, got, want)
		}
	}
	if err := image.Resolve("ls", []string{"PATH=/nowhere"}); err == nil {
		t.Error("$PATH of the container does not count")
	}
}

func TestOwnImage(t *testing.T) {
	t.Parallel()
	own := []byte(`
version: 1
images:
  - name: hello
    repositories: [docker.io/me/hello]
    tags: [{match: 'v\d+|latest'}]
    base: alpine
    programs: {/usr/sbin: [nginx]}
    files:
      /etc/nginx/nginx.conf: "http { server { listen 8080; location / { return 200 hi; } } }"
    scripts:
      /start.sh: "#!/bin/sh\nexec nginx\n"
    cmd: [/start.sh]
    ports: [8080]
`)
	image, err := load(t, own).Lookup("me/hello:v2")
	if err != nil {
		t.Fatal(err)
	}
	data, err := fs.ReadFile(image.Layer(), "start.sh")
	if err != nil || string(data) != "#!/bin/sh\nexec nginx\n" {
		t.Errorf("%q, %v", data, err)
	}
	if err := image.Resolve("/start.sh", nil); err != nil {
		t.Error(err)
	}
}

func TestWrongCatalogueReportsEverything(t *testing.T) {
	t.Parallel()
	_, err := images.LoadWith([]byte(`
version: 2
images:
  - name: bad
    repositories: [bad]
    tags: [{match: '('}, {match: x, base: nowhere}]
    programs: {/bin: [nosuch]}
    files: {relative: x}
`))
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{"version is 2", "entrypoint or cmd", `"bad" is not in full form`, "missing closing", `unknown base "nowhere"`, `no program "nosuch"`, `"relative"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("nothing about %s in: %v", want, err)
		}
	}
	if _, err := images.LoadWith([]byte("version: 1\nimagez: []\n")); err == nil || !strings.Contains(err.Error(), "imagez") {
		t.Errorf("an unknown field: %v", err)
	}
}

func TestLayerIsAFileSystem(t *testing.T) {
	t.Parallel()
	image, err := load(t).Lookup("nginx")
	if err != nil {
		t.Fatal(err)
	}
	files := 0
	err = fs.WalkDir(image.Layer(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			files++
			_, err = fs.ReadFile(image.Layer(), name)
		}
		return err
	})
	if err != nil || files < 40 {
		t.Errorf("%d files, %v", files, err)
	}
	if target, err := fs.ReadLink(image.Layer(), "var/run"); target != "/run" || err != nil {
		t.Errorf("%q, %v", target, err)
	}
	if info, err := fs.Stat(image.Layer(), "var/run"); err != nil || !info.IsDir() {
		t.Errorf("the link is not followed: %v", err)
	}
}

func FuzzLookup(f *testing.F) {
	for _, seed := range []string{"nginx", "nginx:1.27", "docker.io/library/nginx@sha256:00", ":", "a/b/c:d@e", "nginx:" + strings.Repeat("1", 200), "NGINX", "localhost:5000/x"} {
		f.Add(seed)
	}
	c, err := images.Load()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, ref string) {
		image, err := c.Lookup(ref)
		var missing *images.NotFoundError
		var bad *images.RefError
		switch {
		case err == nil && (image.ID == "" || len(image.Refs) == 0):
			t.Errorf("%q: an image without identity", ref)
		case err != nil && !errors.As(err, &missing) && !errors.As(err, &bad):
			t.Errorf("%q: %v", ref, err)
		}
	})
}
