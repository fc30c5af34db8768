package simruntime

import (
	"context"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/labctl-dev/labctl/internal/simruntime/images"
	"github.com/labctl-dev/labctl/internal/simruntime/process"
)

// program is the running half of an image.
type program interface {
	Layer() fs.FS
	ResolveIn(files process.FS, dir, argv0 string, env []string) error
	Run(ctx context.Context, p *process.Process) int
}

var _ program = (*images.Image)(nil)

// image is an image as the runtime needs it.
type image struct {
	ID, Digest  string
	Refs        []string // repository:tag
	Size        uint64
	MemoryBytes uint64
	Config      images.Config
	program
}

type lookupFunc func(ref string) (*image, error)

func fromCatalogue(i *images.Image) *image {
	return &image{
		ID: i.ID, Digest: i.Digest, Refs: i.Refs, Size: i.Size, MemoryBytes: i.MemoryBytes,
		Config: i.Config, program: i,
	}
}

// repoDigest is the first repository with the digest.
func (i *image) repoDigest() string {
	if len(i.Refs) == 0 {
		return i.ID
	}
	return repository(i.Refs[0]) + "@" + i.Digest
}

// shownAs is the reference a container shows: the tag the user asked for when
// the image has it, else its first.
func (i *image) shownAs(asked string) string {
	for _, ref := range i.Refs {
		if asked != "" && (ref == asked || strings.HasSuffix(ref, "/"+asked) || strings.HasSuffix(ref, "/"+asked+":latest")) {
			return ref
		}
	}
	if len(i.Refs) == 0 {
		return i.ID
	}
	return i.Refs[0]
}

// tagged reports whether the image carries one of refs.
func (i *image) tagged(refs []string) bool {
	return slices.ContainsFunc(refs, func(ref string) bool { return slices.Contains(i.Refs, ref) })
}

// repository cuts the tag off; a colon before the last slash is a port.
func repository(ref string) string {
	if i := strings.LastIndexByte(ref, ':'); i > strings.LastIndexByte(ref, '/') {
		return ref[:i]
	}
	return ref
}

func (i *image) describe(pinned bool) *runtimeapi.Image {
	var digests []string
	for _, ref := range i.Refs {
		if d := repository(ref) + "@" + i.Digest; !slices.Contains(digests, d) {
			digests = append(digests, d)
		}
	}
	described := &runtimeapi.Image{
		Id: i.ID, RepoTags: i.Refs, RepoDigests: digests, Size: i.Size, Pinned: pinned,
		Spec: &runtimeapi.ImageSpec{Image: i.ID},
	}
	user, _, _ := strings.Cut(i.Config.User, ":")
	if uid, err := strconv.ParseInt(user, 10, 64); err == nil {
		described.Uid = &runtimeapi.Int64Value{Value: uid}
	} else {
		described.Username = user
	}
	return described
}
