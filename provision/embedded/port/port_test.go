package port

import (
	"net"
	"testing"
)

func TestChooseGivesDifferentFreePorts(t *testing.T) {
	t.Parallel()
	purposes := []string{"a", "b", "c", "d", "e"}
	ports, err := Choose(t.Context(), purposes)
	if err != nil {
		t.Fatal(err)
	}
	if ports["a"]%Block != 0 || ports["e"] != ports["a"]+4 {
		t.Errorf("%v do not lie side by side in a block", ports)
	}
	seen := map[int]string{}
	for _, purpose := range purposes {
		number := ports[purpose]
		if other, twice := seen[number]; twice {
			t.Errorf("%s and %s both got %d", purpose, other, number)
		}
		seen[number] = purpose
		if number < first || number >= lastPort {
			t.Errorf("%s got %d", purpose, number)
		}
	}
}

func TestATakenPortIsNotFree(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	if err := Free(t.Context(), taken.Addr().(*net.TCPAddr).Port); err == nil {
		t.Error("a taken port counts as free")
	}
}

func TestABlockWithATakenPortIsPassedOver(t *testing.T) {
	t.Parallel()
	ports, err := Choose(t.Context(), []string{"a", "b", "c"})
	if err != nil {
		t.Fatal(err)
	}
	taken, err := listen(t.Context(), ports["c"])
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	if err := blockFree(t.Context(), ports["a"], 3); err == nil {
		t.Error("a block whose last port is taken counts as free")
	}
	if _, err := Choose(t.Context(), make([]string, Block+1)); err == nil {
		t.Error("more purposes than a block has ports: no error")
	}
}
