package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"time"
)

// settle is how long a lab is left alone before its memory is read: garbage of
// the start is returned by then.
const settle = 20 * time.Second

// memory sums the proportional set size of every process of the lab; a page
// shared by n processes counts a n-th for each (proc(5), smaps_rollup).
func (l lab) memory(ctx context.Context) error {
	select {
	case <-time.After(settle):
	case <-ctx.Done():
		return ctx.Err()
	}
	processes, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		return err
	}
	var total int
	var parts []string
	for _, path := range processes {
		cmdline, err := os.ReadFile(path) //nolint:gosec // proc
		if err != nil || !bytes.Contains(cmdline, []byte(l.home)) {
			continue // ended meanwhile, or not of this lab
		}
		kb, err := pss(filepath.Dir(path))
		if err != nil {
			continue
		}
		total += kb
		argv := strings.Split(string(cmdline), "\x00")
		parts = append(parts, fmt.Sprintf("%s %.0f", argv[1], float64(kb)/1000))
	}
	if len(parts) == 0 {
		return fmt.Errorf("no process of the lab in %s was found", l.home)
	}
	sort.Strings(parts)
	row("memory of the whole lab (PSS)", "%.0f MB  (bar 600, aim 450)  %s", float64(total)/1000, strings.Join(parts, ", "))
	return nil
}

func pss(proc string) (int, error) {
	data, err := os.ReadFile(filepath.Join(proc, "smaps_rollup")) //nolint:gosec // proc
	if err != nil {
		return 0, err
	}
	lines := bufio.NewScanner(bytes.NewReader(data))
	for lines.Scan() {
		if fields := strings.Fields(lines.Text()); len(fields) == 3 && fields[0] == "Pss:" {
			return strconv.Atoi(fields[1])
		}
	}
	return 0, fmt.Errorf("%s: no Pss line", proc)
}
