package port

import (
	"net"
	"testing"
)

func TestChooseGivesDifferentFreePorts(t *testing.T) {
	t.Parallel()
	purposes := []string{"a", "b", "c", "d", "e"}
	ports, err := Choose(t.Context(), purposes, func(string) int { return 0 })
	if err != nil {
		t.Fatal(err)
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

func TestChoosePrefersWhatIsFree(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	number := taken.Addr().(*net.TCPAddr).Port
	if err := Free(t.Context(), number); err == nil {
		t.Error("a taken port counts as free")
	}
	ports, err := Choose(t.Context(), []string{"a"}, func(string) int { return number })
	if err != nil || ports["a"] == number {
		t.Errorf("got %v, %v; want another port than %d", ports, err, number)
	}
}
