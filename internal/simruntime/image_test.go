package simruntime

import (
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
)

func TestImages(t *testing.T) {
	t.Parallel()
	n := newNode(t, t.TempDir())
	ctx := t.Context()
	all, err := n.ListImages(ctx, nil)
	if err != nil || len(all) != 2 {
		t.Fatalf("images %v, %v, want the preloaded and the pulled one", all, err)
	}
	for _, img := range all {
		if want := strings.Contains(img.GetRepoTags()[0], "pause"); img.GetPinned() != want {
			t.Errorf("%v pinned: %v, want %v", img.GetRepoTags(), img.GetPinned(), want)
		}
	}
	tool := &runtimeapi.ImageSpec{Image: "tool"}
	resp, err := n.ImageStatus(ctx, tool, false)
	n.must(err)
	img := resp.GetImage()
	if img.GetSize() != fakeSize || img.GetUid().GetValue() != 101 || img.GetRepoDigests()[0] != "docker.io/library/tool@sha256:d1" {
		t.Errorf("image status %v", img)
	}
	for _, ref := range []string{img.GetId(), "tool:latest", "docker.io/library/tool@sha256:d1"} {
		if got, err := n.ImageStatus(ctx, &runtimeapi.ImageSpec{Image: ref}, false); err != nil || got.GetImage().GetId() != img.GetId() {
			t.Errorf("status of %s: %v, %v", ref, got, err)
		}
	}
	info, err := n.ImageFsInfo(ctx)
	n.must(err)
	if got := info.GetImageFilesystems()[0].GetUsedBytes().GetValue(); got != 2*fakeSize {
		t.Errorf("images use %d bytes, want %d", got, 2*fakeSize)
	}
	for range 2 {
		n.must(n.RemoveImage(ctx, tool))
	}
	if got, err := n.ImageStatus(ctx, tool, false); err != nil || got.GetImage() != nil {
		t.Errorf("status of a removed image: %v, %v, want none", got, err)
	}
}

func TestPullOutsideTheCatalogue(t *testing.T) {
	t.Parallel()
	n := newNode(t, t.TempDir())
	_, err := n.PullImage(t.Context(), &runtimeapi.ImageSpec{Image: "example.org/private/app:1"}, nil, nil)
	if status.Code(err) != codes.NotFound {
		t.Errorf("got %v, want NotFound", err)
	}
	if !strings.Contains(err.Error(), "add an entry to images.yaml") {
		t.Errorf("%q does not say what to do", err)
	}
}

func TestShownAs(t *testing.T) {
	t.Parallel()
	img := &image{ID: "sha256:1", Refs: []string{"docker.io/library/nginx:1.27", "docker.io/library/nginx:latest"}}
	for asked, want := range map[string]string{
		"nginx": "docker.io/library/nginx:latest", "nginx:1.27": "docker.io/library/nginx:1.27",
		"docker.io/library/nginx:latest": "docker.io/library/nginx:latest", "": "docker.io/library/nginx:1.27",
	} {
		if got := img.shownAs(asked); got != want {
			t.Errorf("asked for %q: shown as %q, want %q", asked, got, want)
		}
	}
	if got := repository("localhost:5000/app"); got != "localhost:5000/app" {
		t.Errorf("repository with a port: %q", got)
	}
}
