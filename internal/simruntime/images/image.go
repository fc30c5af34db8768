package images

import (
	"context"
	"io/fs"

	"github.com/labctl-dev/labctl/internal/simruntime/process"
)

// Config is what an image says about running it, as in the OCI image
// configuration.
type Config struct {
	Entrypoint   []string
	Cmd          []string
	Env          []string // KEY=value
	WorkingDir   string
	User         string // name or numeric id; empty is root
	StopSignal   string // such as "SIGQUIT"; empty is SIGTERM
	ExposedPorts []int
}

// Image is one image of the catalogue: one repository at one tag.
type Image struct {
	Name        string   // the catalogue's entry, such as "nginx"
	Refs        []string // full references, repository:tag
	ID          string   // sha256:… of the configuration
	Digest      string   // sha256:… of the manifest
	Size        uint64   // bytes
	Config      Config
	MemoryBytes uint64 // working set of its main process

	layer fs.FS
}

// Layer returns the files of the image, for reading only.
func (i *Image) Layer() fs.FS { return i.layer }

// Resolve reports whether the image holds the executable argv0, found along
// $PATH of env unless it is a path. The error words it as runc does.
func (i *Image) Resolve(argv0 string, env []string) error { return nil }

// Run runs p.Args as one process of a container of this image and returns its
// exit code: 127 when there is no such program, 126 when it cannot be executed.
func (i *Image) Run(ctx context.Context, p *process.Process) int { return 127 }
