// Command bench prints labctl's speed as ratios to something measured in the
// same run, so that a number means the same on every computer.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"time"
)

type bench struct {
	bin  string // directory of labctl and labctl-plane
	runs int
	work string // removed at the end
}

func main() {
	bin := flag.String("bin", "bin", "directory of labctl and labctl-plane")
	runs := flag.Int("runs", 5, "repetitions of starting a lab, and of the bare start it is held against")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *bin, *runs)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, bin string, runs int) error {
	bin, err := filepath.Abs(bin)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "labctl-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()
	b := bench{bin: bin, runs: runs, work: work}
	for _, part := range []func(context.Context) error{b.binaries, b.startLabctl, b.startLab, b.latency} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (b bench) plane() string  { return filepath.Join(b.bin, "labctl-plane") }
func (b bench) labctl() string { return filepath.Join(b.bin, "labctl") }

func (b bench) binaries(context.Context) error {
	for _, path := range []string{b.labctl(), b.plane()} {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		row("size "+filepath.Base(path), "%.1f MB", float64(info.Size())/1e6)
	}
	return nil
}

// row prints one line of the result.
func row(name, format string, args ...any) {
	fmt.Printf("%-46s %s\n", name, fmt.Sprintf(format, args...))
}

// percentile returns the p-th percentile (0 to 100) of times.
func percentile(times []time.Duration, p int) time.Duration {
	sorted := slices.Sorted(slices.Values(times))
	return sorted[(len(sorted)-1)*p/100]
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }
func millis(d time.Duration) string  { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }
