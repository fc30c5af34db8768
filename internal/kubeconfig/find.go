package kubeconfig

import (
	"path/filepath"
)

// Find returns the path of the user's kubeconfig: the first entry of
// $KUBECONFIG that is not below avoid (labctl's own state, as inside `labctl
// shell`), else ~/.kube/config. home may be "" where nobody knows it; then the
// path is "" unless KUBECONFIG names one.
func Find(kubeconfigs, home, avoid string) string {
	for _, path := range filepath.SplitList(kubeconfigs) {
		if path != "" && !below(path, avoid) {
			return path
		}
	}
	if home == "" {
		return ""
	}
	return filepath.Join(home, ".kube", "config")
}

func below(path, dir string) bool {
	if dir == "" {
		return false
	}
	relative, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(relative)
}
