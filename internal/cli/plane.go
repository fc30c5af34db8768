package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/labctl-dev/labctl/internal/cli/env"
	"github.com/labctl-dev/labctl/internal/reason"
)

// planePath says where labctl-plane should be: LABCTL_PLANE, else beside this
// very labctl. It is not looked for on PATH: the two must be of one build.
func planePath(e *env.Env) (string, error) {
	if path := e.Getenv("LABCTL_PLANE"); path != "" {
		return path, nil
	}
	self, err := e.Executable()
	if err != nil {
		return "", fmt.Errorf("finding labctl itself: %w", err)
	}
	if real, err := filepath.EvalSymlinks(self); err == nil {
		self = real
	}
	return filepath.Join(filepath.Dir(self), planeName()), nil
}

// plane finds labctl-plane, or says reason PLANE_MISSING.
func plane(e *env.Env) (string, error) {
	path, err := planePath(e)
	if err != nil {
		return "", err
	}
	if !filepath.IsAbs(path) {
		return "", reason.New(reason.PlaneMissing, errors.New("LABCTL_PLANE is not an absolute path"), "path", path)
	}
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		err = errors.New("is a directory")
	}
	if err != nil {
		return "", reason.New(reason.PlaneMissing, err, "path", path)
	}
	return path, nil
}

func planeName() string {
	if runtime.GOOS == "windows" {
		return "labctl-plane.exe"
	}
	return "labctl-plane"
}
