package kubeconfig

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/internal/safefile"
)

// backups is how many earlier kubeconfigs are kept beside the file.
const backups = 5

// backupMark stands between the file's name and the time in a backup's name.
const backupMark = ".labctl-backup-"

// lock takes the lock client-go takes before it changes a kubeconfig: the file
// <path>.lock, made exclusively (clientcmd/loader.go, lockFile, not exported).
func lock(path string) (unlock func(), err error) {
	name := path + ".lock"
	file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // beside the user's own kubeconfig
	if errors.Is(err, fs.ErrExist) {
		return nil, reason.New(reason.KubeconfigBusy, err, "path", path, "lock", name)
	}
	if err != nil {
		return nil, safefile.Explain(name, err)
	}
	_ = file.Close()
	return func() { _ = os.Remove(name) }, nil
}

// keepBackup writes data beside path under a name with the time, and removes
// the oldest backups above the limit.
func keepBackup(path string, data []byte, now time.Time) (string, error) {
	name := path + backupMark + now.UTC().Format("20060102T150405.000")
	if err := safefile.Write(name, data); err != nil {
		return "", fmt.Errorf("keeping a backup: %w", err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return name, nil //nolint:nilerr // the backup exists; tidying can wait for the next time
	}
	var old []string
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), filepath.Base(path)+backupMark) {
			old = append(old, entry.Name())
		}
	}
	slices.Sort(old)
	for _, entry := range old[:max(0, len(old)-backups)] {
		_ = os.Remove(filepath.Join(filepath.Dir(path), entry))
	}
	return name, nil
}
