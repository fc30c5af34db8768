package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/labctl-dev/labctl/internal/cli"
	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/provision"
)

// TestMain makes the programs the scripts run out of this test binary.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"labctl":       labctl,
		"labctl-plane": labctlPlane,
		"exits":        exits,
	})
}

// labctl is the product over the fake provider.
func labctl() {
	e := cli.FromOS(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	e.Provider = func(name string) (provision.Provider, error) {
		if name != "embedded" {
			return nil, reason.New(reason.ProviderUnknown, nil, "provider", name, "known", "embedded")
		}
		return fake{root: string(e.State)}, nil
	}
	os.Exit(cli.Run(e, os.Args[1:]))
}

// labctlPlane says how it was called and ends with a code of its own, so that
// scripts see whether labctl passes both on.
func labctlPlane() {
	fmt.Printf("args: %s\nKUBECONFIG=%s\n", strings.Join(os.Args[1:], "|"), os.Getenv("KUBECONFIG"))
	os.Exit(7)
}

// exits runs a program and prints its exit code after its output.
func exits() {
	command := exec.Command(os.Args[1], os.Args[2:]...)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := command.Run()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("exit %d\n", command.ProcessState.ExitCode())
}

// TestScripts runs testdata/script/<verb>-<case>.txtar, each with a home and a
// state directory of its own.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(s *testscript.Env) error {
			s.Setenv("LABCTL_HOME", filepath.Join(s.WorkDir, "state"))
			s.Setenv("HOME", filepath.Join(s.WorkDir, "home"))
			s.Setenv("USERPROFILE", filepath.Join(s.WorkDir, "home"))
			s.Setenv("LABCTL_LANG", "en")
			plane, err := exec.LookPath("labctl-plane")
			if err != nil {
				return err
			}
			s.Setenv("LABCTL_PLANE", plane)
			return os.MkdirAll(filepath.Join(s.WorkDir, "home"), 0o700)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"await": await},
	})
}

// await waits until a file exists: the sign by which a background program says
// how far it is.
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: await FILE")
	}
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	limit := time.After(time.Minute)
	for {
		if _, err := os.Stat(ts.MkAbs(args[0])); err == nil {
			return
		}
		select {
		case <-ticker.C:
		case <-limit:
			ts.Fatalf("%s never came to be", args[0])
		}
	}
}
