package images

import (
	"context"
	"io/fs"

	"github.com/labctl-dev/labctl/internal/simruntime/process"
	"github.com/labctl-dev/labctl/internal/simruntime/shell/tty"
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

// Image is one image of the catalogue at one tag. It does not change.
type Image struct {
	Name        string   // the catalogue's entry, such as "nginx"
	Refs        []string // full references, repository:tag
	ID          string   // sha256:… of the configuration; the same for tags of the same content
	Digest      string   // sha256:… of the manifest
	Version     string   // of the software inside; may be empty
	Size        uint64   // bytes
	Config      Config
	MemoryBytes uint64 // working set of its main process

	layer    *tree
	launcher *launcher
}

// Layer returns the files of the image, for reading only. It implements
// fs.ReadLinkFS.
func (i *Image) Layer() fs.FS { return i.layer }

// Resolve reports whether the image itself holds the executable argv0, found
// along $PATH of env unless it is a path. The error words it as runc does.
// Scripts in volumes need ResolveIn.
func (i *Image) Resolve(argv0 string, env []string) error {
	_, err := search(layerStat{i.layer}, "/", argv0, env)
	return err
}

// ResolveIn is Resolve over the file system a container really has.
func (i *Image) ResolveIn(files process.FS, dir, argv0 string, env []string) error {
	_, err := search(files, dir, argv0, env)
	return err
}

// Run runs p.Args as one process of a container of this image and returns its
// exit code: 127 when there is no such program, 126 when it cannot be executed.
// With p.TTY, Stdin and Stdout are the raw bytes of a terminal and Run is its
// line discipline. Run reads ahead from p.Stdin, and one such read may be left
// when it returns: the caller closes the stream.
func (i *Image) Run(ctx context.Context, p *process.Process) int {
	wired := *p
	input := tty.Attach(&wired)
	defer input.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	wired.Stdin = input.Reader(ctx)
	if p.Stdin == nil {
		wired.Stdin = nil
	}
	code, err := i.launcher.Launch(ctx, &wired)
	if err != nil {
		return complain(&wired, err)
	}
	return code
}

// layerStat lets search look into a layer by absolute names.
type layerStat struct{ layer *tree }

func (l layerStat) Stat(name string) (fs.FileInfo, error) { return fs.Stat(l.layer, key(name)) }
