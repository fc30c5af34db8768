package simnet

import (
	"errors"
	"fmt"
	"net/netip"
)

// ErrNoCIDR says that the node does not know its pod addresses yet.
var ErrNoCIDR = errors.New("no pod CIDR assigned to the node yet")

// ErrExhausted says that every address of the pod CIDR is in use.
var ErrExhausted = errors.New("no IP addresses available in range set")

// reserved is how many addresses at the start of the range are never given to
// pods: the network's own and the node's gateway.
const reserved = 2

// SetCIDR names the range pod addresses come from; it needs at least four
// addresses. Pods that already have an address of another range keep it.
func (n *Network) SetCIDR(prefix netip.Prefix) error {
	if !prefix.IsValid() || prefix.Addr().BitLen()-prefix.Bits() < 2 {
		return fmt.Errorf("pod CIDR %q has no room for pods", prefix)
	}
	prefix = prefix.Masked()
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.cidr == prefix {
		return nil
	}
	n.cidr = prefix
	n.last = netip.Addr{}
	return nil
}

// CIDR returns the pod CIDR, invalid before SetCIDR.
func (n *Network) CIDR() netip.Prefix {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.cidr
}

// Allocate takes a free address. It goes round the range, as the CNI's
// host-local plugin does, so that an address is not reused at once. The error is
// ErrNoCIDR or ErrExhausted.
func (n *Network) Allocate() (netip.Addr, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.cidr.IsValid() {
		return netip.Addr{}, ErrNoCIDR
	}
	first := n.cidr.Addr()
	for range reserved {
		first = first.Next()
	}
	if n.last.IsValid() {
		if a, ok := n.take(n.last.Next(), netip.Addr{}); ok {
			return a, nil
		}
	}
	if a, ok := n.take(first, n.last); ok {
		return a, nil
	}
	return netip.Addr{}, ErrExhausted
}

// take marks the first free address from start on, up to and with end or the
// end of the range.
func (n *Network) take(start, end netip.Addr) (netip.Addr, bool) {
	for a := start; n.usable(a); a = a.Next() {
		if _, taken := n.used[a]; !taken {
			n.used[a] = struct{}{}
			n.last = a
			return a, true
		}
		if a == end {
			break
		}
	}
	return netip.Addr{}, false
}

// usable excludes what lies outside the range and IPv4's broadcast address.
func (n *Network) usable(a netip.Addr) bool {
	if !a.IsValid() || !n.cidr.Contains(a) {
		return false
	}
	return !a.Is4() || n.cidr.Contains(a.Next())
}

// Release gives an address back. Releasing a free one changes nothing.
func (n *Network) Release(addr netip.Addr) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.used, addr.Unmap())
}
