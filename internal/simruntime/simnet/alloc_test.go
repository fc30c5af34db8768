package simnet

import (
	"errors"
	"net/netip"
	"testing"
)

func TestSetCIDRRejectsTooSmall(t *testing.T) {
	t.Parallel()
	for _, prefix := range []netip.Prefix{{}, netip.MustParsePrefix("10.0.0.0/32"), netip.MustParsePrefix("10.0.0.0/31")} {
		if err := New().SetCIDR(prefix); err == nil {
			t.Errorf("SetCIDR(%v) accepted a range without room", prefix)
		}
	}
}

func TestAllocate(t *testing.T) {
	t.Parallel()
	n := New()
	if _, err := n.Allocate(); !errors.Is(err, ErrNoCIDR) {
		t.Fatalf("Allocate without a range: got %v, want ErrNoCIDR", err)
	}
	if err := n.SetCIDR(netip.MustParsePrefix("172.16.1.9/29")); err != nil {
		t.Fatal(err)
	}
	take := func(want string) {
		t.Helper()
		got, err := n.Allocate()
		if err != nil || got != netip.MustParseAddr(want) {
			t.Fatalf("Allocate: got %v, %v, want %s", got, err, want)
		}
	}
	take("172.16.1.10") // .8 is the network, .9 the gateway
	take("172.16.1.11")
	n.Release(netip.MustParseAddr("172.16.1.10"))
	take("172.16.1.12") // not the one just released
	take("172.16.1.13")
	take("172.16.1.14")
	take("172.16.1.10") // round again; .15 is broadcast
	if _, err := n.Allocate(); !errors.Is(err, ErrExhausted) {
		t.Fatalf("Allocate in a full range: got %v, want ErrExhausted", err)
	}
	n.Release(netip.MustParseAddr("172.16.1.13"))
	take("172.16.1.13")
	if err := n.SetCIDR(netip.MustParsePrefix("10.1.0.0/24")); err != nil {
		t.Fatal(err)
	}
	take("10.1.0.2")
}

func TestAllocateIPv6UsesLastAddress(t *testing.T) {
	t.Parallel()
	n := New()
	if err := n.SetCIDR(netip.MustParsePrefix("fd00::/126")); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"fd00::2", "fd00::3"} {
		if got, err := n.Allocate(); err != nil || got != netip.MustParseAddr(want) {
			t.Errorf("Allocate: got %v, %v, want %s", got, err, want)
		}
	}
	if _, err := n.Allocate(); !errors.Is(err, ErrExhausted) {
		t.Errorf("Allocate in a full range: got %v, want ErrExhausted", err)
	}
}
