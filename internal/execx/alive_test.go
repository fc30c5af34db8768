package execx

import (
	"os/exec"
	"runtime"
	"testing"
)

func TestAZombieIsNotAlive(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells a zombie from a living process")
	}
	c := self(t, "deaf")
	cmd := exec.CommandContext(t.Context(), c.Path, c.Args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pid := cmd.Process.Pid
	if !Alive(pid) {
		t.Error("a running process is not alive")
	}
	if err := KillByID(pid); err != nil {
		t.Fatal(err)
	}
	for Alive(pid) && t.Context().Err() == nil { // ends as soon as the kernel has killed it; nobody has waited for it yet
		runtime.Gosched()
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the process was not killed")
	}
	if Alive(pid) {
		t.Error("a buried process is alive")
	}
}
