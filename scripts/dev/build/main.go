// Command build builds labctl's two programs into bin/, or into the folder its
// argument names, and says how far it is: the first build compiles all of
// Kubernetes, and ten silent minutes look like a hang. It decides nothing about the programs beyond the flags in flags.go
// and must not need anything but a Go toolchain, so that it works on Windows.
//
// Run it in the root of the repository: go run ./scripts/dev/build
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"github.com/labctl-dev/labctl/internal/i18n"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	say := &talker{out: os.Stderr, tty: isTerminal(os.Stderr), lang: i18n.Detect(os.Getenv), now: time.Now}
	if err := run(ctx, outDir(os.Args[1:]), say); err != nil {
		say.clear()
		if ctx.Err() != nil {
			say.line(textInterrupted, nil)
			os.Exit(130)
		}
		if !errors.Is(err, errBuildFailed) {
			fmt.Fprintln(os.Stderr, "build:", err)
		}
		os.Exit(1)
	}
}

// errBuildFailed says that go's own words have been shown already.
var errBuildFailed = errors.New("go build failed")

// outDir is the folder the programs go to.
func outDir(args []string) string {
	if len(args) > 0 {
		return args[0]
	}
	return "bin"
}

func run(ctx context.Context, dir string, say *talker) error {
	before, err := fingerprint(".", settings())
	if err != nil {
		return err
	}
	if upToDate(dir, before) {
		return nil
	}
	began := time.Now()
	say.line(textLooking, nil)
	flags, err := linkerFlags(ctx)
	if err != nil {
		return err
	}
	stale, err := stalePackages(ctx, say)
	if err != nil {
		return err
	}
	if len(stale) > manyPackages {
		say.line(textBig, map[string]string{"n": fmt.Sprint(len(stale))})
	}
	progress := newTracker(stale, runtime.NumCPU(), time.Now())
	if err := goBuild(ctx, dir, flags, progress, say); err != nil {
		return err
	}
	say.line(textDone, map[string]string{"took": clock(time.Since(began)), "dir": dir})
	return writeStamp(dir, before)
}

// manyPackages is the number of packages from which on a build is worth an
// explanation: below it only labctl's own code changed.
const manyPackages = 300

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
