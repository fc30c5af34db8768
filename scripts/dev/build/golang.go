package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// listed is what `go list` tells about a package.
type listed struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	SFiles     []string
	Stale      bool
}

// stalePackages asks go which packages are not in its cache, with their size
// in bytes. It is an upper bound: a package above a stale one counts as stale.
func stalePackages(ctx context.Context, say *talker) (map[string]int64, error) {
	// Without EmbedFiles go list leaves embedded files out of its hashes and
	// calls every package above one stale.
	args := append([]string{"list", "-deps", "-json=ImportPath,Dir,GoFiles,SFiles,EmbedFiles,Stale"}, buildFlags()...)
	cmd := command(ctx, append(args, targets...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	downloads := &lines{each: downloadLine(say)}
	cmd.Stderr = downloads
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting go: %w (is Go installed? https://go.dev/dl)", err)
	}
	stale, decodeErr := decodeStale(out)
	err = cmd.Wait()
	downloads.flush()
	say.clear()
	if err != nil {
		return nil, errBuildFailed
	}
	return stale, decodeErr
}

func decodeStale(r io.Reader) (map[string]int64, error) {
	stale := map[string]int64{}
	for decoder := json.NewDecoder(r); ; {
		var p listed
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return stale, nil
		}
		if err != nil {
			return nil, fmt.Errorf("reading go list: %w", err)
		}
		if p.Stale || isTarget(p.ImportPath) {
			stale[p.ImportPath] = sourceSize(p)
		}
	}
}

func sourceSize(p listed) int64 {
	var size int64 = 1 // so that an empty package counts as well
	for _, name := range append(p.GoFiles, p.SFiles...) {
		if info, err := os.Stat(filepath.Join(p.Dir, name)); err == nil {
			size += info.Size()
		}
	}
	return size
}

func isTarget(path string) bool {
	return strings.HasSuffix(path, "/cmd/labctl") || strings.HasSuffix(path, "/cmd/labctl-plane")
}

// downloadLine counts the modules go fetches and passes on all else it says.
func downloadLine(say *talker) func(string) {
	n := 0
	return func(s string) {
		name, found := strings.CutPrefix(s, "go: downloading ")
		if !found {
			say.raw(s)
			return
		}
		n++
		say.passing(textDownloading, map[string]string{"n": fmt.Sprint(n), "name": name})
	}
}

// goBuild builds the programs into dir, shows progress once a second and passes on
// everything go says that is not progress.
func goBuild(ctx context.Context, dir, linker string, progress *tracker, say *talker) error {
	args := append([]string{"build", "-v", "-o", dir + string(filepath.Separator), "-ldflags", linker}, buildFlags()...)
	cmd := command(ctx, append(args, targets...)...)
	talk := &lines{each: func(s string) {
		if !progress.begin(s) {
			say.raw(s)
		}
	}}
	cmd.Stderr, cmd.Stdout = talk, talk
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting go: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case now := <-tick.C:
			progress.show(say, now)
		case err := <-ended:
			talk.flush()
			say.clear()
			if err != nil {
				return errBuildFailed
			}
			return nil
		}
	}
}

// command is a go command that ends with ctx as by Ctrl-C, so that its own
// compilers end too; after a grace it is killed.
func command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...) //nolint:gosec // the folder is the maintainer's choice
	cmd.Env = environ(os.Environ())
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

func withStderr(err error) error {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && len(exit.Stderr) > 0 {
		return fmt.Errorf("%w: %s", err, strings.TrimSpace(string(exit.Stderr)))
	}
	return err
}

// lines hands each whole line written to it to each.
type lines struct {
	each func(string)
	rest strings.Builder
}

// Write never fails.
func (l *lines) Write(p []byte) (int, error) {
	l.rest.Write(p)
	text := l.rest.String()
	end := strings.LastIndexByte(text, '\n') + 1
	for line := range strings.Lines(text[:end]) {
		l.each(strings.TrimRight(line, "\r\n"))
	}
	l.rest.Reset()
	l.rest.WriteString(text[end:])
	return len(p), nil
}

// flush hands on a last line without an end.
func (l *lines) flush() {
	if l.rest.Len() > 0 {
		l.each(l.rest.String())
		l.rest.Reset()
	}
}
