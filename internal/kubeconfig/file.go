package kubeconfig

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/internal/safefile"
)

// File is the user's kubeconfig. Path may not exist yet.
type File struct {
	Path string
	Now  func() time.Time // names the backups
}

// Merge puts the lab's context, from the kubeconfig at source, into the file
// and makes it current. Merging again refreshes it. It returns the path of the
// backup of what was there, "" where there was nothing. Errors are reasons
// KUBECONFIG_BAD, KUBECONFIG_TAKEN, KUBECONFIG_BUSY or those of safefile, and
// leave the file as it was.
func (f File) Merge(source, lab string) (backup string, err error) {
	data, err := os.ReadFile(source) //nolint:gosec // the provider names its own file
	if err != nil {
		return "", fmt.Errorf("reading the lab's kubeconfig: %w", err)
	}
	from, err := decode(data)
	if err != nil {
		return "", bad(source, err)
	}
	return f.change(func(current *clientcmdapi.Config) (*clientcmdapi.Config, bool, error) {
		merged, err := merge(current, from, lab)
		return merged, true, err
	}, ContextName(lab))
}

// Unmerge takes the lab's context out of the file and gives it back the
// current context it had before, if it still exists. changed is false where
// the file has no such context. Errors as for Merge.
func (f File) Unmerge(lab string) (changed bool, err error) {
	if _, err := os.Stat(f.Path); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	_, err = f.change(func(current *clientcmdapi.Config) (*clientcmdapi.Config, bool, error) {
		cleaned, found := unmerge(current, lab)
		changed = found
		return cleaned, found, nil
	}, ContextName(lab))
	return changed && err == nil, err
}

// Has says whether the file holds the lab's context, made by labctl. A file
// that cannot be read does not.
func (f File) Has(lab string) bool {
	data, err := os.ReadFile(f.Path)
	if err != nil {
		return false
	}
	config, err := decode(data)
	if err != nil {
		return false
	}
	_, found := unmerge(config, lab)
	return found
}

// change reads, edits and replaces the file under kubectl's own lock.
func (f File) change(edit func(*clientcmdapi.Config) (*clientcmdapi.Config, bool, error), name string) (string, error) {
	path, err := target(f.Path)
	if err != nil {
		return "", bad(f.Path, err)
	}
	if err := os.MkdirAll(filepath.Dir(path), safefile.PrivateDir); err != nil {
		return "", safefile.Explain(path, err)
	}
	unlock, err := lock(path)
	if err != nil {
		return "", err
	}
	defer unlock()
	old, err := os.ReadFile(path) //nolint:gosec // the user's own kubeconfig
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", bad(path, err)
	}
	current, err := decode(old)
	if err != nil {
		return "", bad(path, err)
	}
	edited, changed, err := edit(current)
	if errors.Is(err, errTaken) {
		return "", reason.New(reason.KubeconfigTaken, err, "path", path, "name", name)
	}
	if err != nil || !changed {
		return "", err
	}
	return f.replace(path, old, edited)
}

func (f File) replace(path string, old []byte, edited *clientcmdapi.Config) (backup string, err error) {
	data, err := clientcmd.Write(*edited)
	if err != nil {
		return "", fmt.Errorf("encoding kubeconfig: %w", err)
	}
	if len(old) > 0 {
		if backup, err = keepBackup(path, old, f.Now()); err != nil {
			return "", err
		}
	}
	return backup, safefile.Write(path, data)
}

// target follows symbolic links, so that a linked kubeconfig stays a link.
func target(path string) (string, error) {
	real, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		return path, nil
	}
	return real, err
}

func bad(path string, err error) error {
	return reason.New(reason.KubeconfigBad, err, "path", path, "detail", err.Error())
}
