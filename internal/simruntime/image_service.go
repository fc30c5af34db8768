package simruntime

import (
	"context"
	"errors"
	"fmt"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/labctl-dev/labctl/internal/simruntime/images"
)

// PullImage puts an image of the catalogue on the node and returns its ID. For
// anything else the error says, as a registry would, that there is none, why,
// and how to add one.
func (r *Runtime) PullImage(ctx context.Context, spec *runtimeapi.ImageSpec, _ *runtimeapi.AuthConfig, _ *runtimeapi.PodSandboxConfig) (string, error) {
	ref := spec.GetImage()
	img, err := r.images.lookup(ref)
	if err != nil {
		return "", pullError(ref, err)
	}
	if err := verify(ctx, img); err != nil {
		return "", fmt.Errorf("failed to pull and unpack image %q: %w", ref, err)
	}
	if err := r.images.add(img, false); err != nil {
		return "", fmt.Errorf("failed to pull and unpack image %q: %w", ref, err)
	}
	return img.ID, nil
}

// pullError keeps the catalogue's words, which are a registry's with the reason
// and the way out after them.
func pullError(ref string, err error) error {
	if _, ok := errors.AsType[*images.NotFoundError](err); ok {
		return status.Error(codes.NotFound, err.Error())
	}
	return status.Errorf(codes.InvalidArgument, "failed to pull image %q: %v", ref, err)
}

// ListImages lists the node's images; a filter names one.
func (r *Runtime) ListImages(_ context.Context, filter *runtimeapi.ImageFilter) ([]*runtimeapi.Image, error) {
	if ref := filter.GetImage().GetImage(); ref != "" {
		entry, ok := r.images.entry(ref)
		if !ok {
			return nil, nil
		}
		return []*runtimeapi.Image{entry.image.describe(entry.pinned)}, nil
	}
	entries := r.images.all()
	all := make([]*runtimeapi.Image, 0, len(entries))
	for _, entry := range entries {
		all = append(all, entry.image.describe(entry.pinned))
	}
	return all, nil
}

// ImageStatus describes an image; one that is not on the node is a response
// without an image.
func (r *Runtime) ImageStatus(_ context.Context, spec *runtimeapi.ImageSpec, verbose bool) (*runtimeapi.ImageStatusResponse, error) {
	entry, ok := r.images.entry(spec.GetImage())
	if !ok {
		return &runtimeapi.ImageStatusResponse{}, nil
	}
	resp := &runtimeapi.ImageStatusResponse{Image: entry.image.describe(entry.pinned)}
	if verbose {
		resp.Info = map[string]string{"simulated": "true"}
	}
	return resp, nil
}

// RemoveImage removes an image with all its tags. An unknown one is no error; a
// running container keeps running, as with containerd.
func (r *Runtime) RemoveImage(_ context.Context, spec *runtimeapi.ImageSpec) error {
	if err := r.images.remove(spec.GetImage()); err != nil {
		return fmt.Errorf("failed to remove image %q: %w", spec.GetImage(), err)
	}
	return nil
}

// ImageFsInfo sums the images by the sizes they show and the containers by what
// they really wrote.
func (r *Runtime) ImageFsInfo(context.Context) (*runtimeapi.ImageFsInfoResponse, error) {
	var used, count uint64
	for _, entry := range r.images.all() {
		used += entry.image.Size
		count++
	}
	now := time.Now().UnixNano()
	return &runtimeapi.ImageFsInfoResponse{
		ImageFilesystems: []*runtimeapi.FilesystemUsage{{
			Timestamp: now, FsId: &runtimeapi.FilesystemIdentifier{Mountpoint: r.store.dir(imageKind, "")},
			UsedBytes: &runtimeapi.UInt64Value{Value: used}, InodesUsed: &runtimeapi.UInt64Value{Value: count},
		}},
		ContainerFilesystems: []*runtimeapi.FilesystemUsage{diskUsage(r.store.dir(containerKind, ""), now)},
	}, nil
}
