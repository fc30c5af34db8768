package execx

import (
	"os/exec"
	"path/filepath"
)

// LookPath finds the program name in PATH, or takes name as it is where it holds
// a separator, and returns its absolute path. A program that only the current
// directory holds is an error that wraps exec.ErrDot.
func LookPath(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return "", err
	}
	return filepath.Abs(path)
}
