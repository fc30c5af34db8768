// Package simnet owns the pod network of one node: the pod addresses, who
// listens on which port of which pod, and the connections between them. It
// moves bytes in memory and never opens a socket of the host: what lies outside
// the node is reached through Network.Remote, what comes from outside arrives
// through Network.Deliver. It must not know pods beyond their address, nor
// Services, nor DNS.
package simnet

import (
	"context"
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
)

// The errors of the network layer. Each unwraps to the errno a Linux program
// would see.
var (
	// ErrRefused: the address is there, but nothing listens on the port.
	ErrRefused error = os.NewSyscallError("connect", syscall.ECONNREFUSED)
	// ErrNoRoute: no pod of this node has the address.
	ErrNoRoute error = os.NewSyscallError("connect", syscall.EHOSTUNREACH)
	// ErrUnreachable: the address is outside the node and there is no Remote.
	ErrUnreachable error = os.NewSyscallError("connect", syscall.ENETUNREACH)
)

// RemoteFunc connects to something that is not on this node. address may hold a
// name instead of an address; resolving it is up to the function.
type RemoteFunc func(ctx context.Context, network, address string) (net.Conn, error)

// Network is the pod network of one node. It is safe for concurrent use.
type Network struct {
	// Remote reaches everything that is not on this node; nil means that such
	// addresses are unreachable. Set it before the first connection.
	Remote RemoteFunc

	mu     sync.Mutex
	cidr   netip.Prefix
	last   netip.Addr
	used   map[netip.Addr]struct{}
	pods   map[netip.Addr]*Pod
	mapped map[netip.AddrPort]netip.AddrPort

	ephemeral atomic.Uint32
}

// New returns a network without addresses: see SetCIDR.
func New() *Network {
	return &Network{
		used:   map[netip.Addr]struct{}{},
		pods:   map[netip.Addr]*Pod{},
		mapped: map[netip.AddrPort]netip.AddrPort{},
	}
}

// AddPod returns the network of the pod at addr, a new one when there is none
// yet. names are the host names by which the pod knows itself.
func (n *Network) AddPod(addr netip.Addr, names ...string) *Pod {
	return n.add(addr, false, names)
}

// AddHost returns the network of the node itself, shared by all host-network
// pods. A connection from one of them to a port of the node on which no
// simulated program listens goes to Remote: there the real processes of the
// node, such as a kubelet or an API server, answer.
func (n *Network) AddHost(addr netip.Addr, names ...string) *Pod {
	return n.add(addr, true, names)
}

func (n *Network) add(addr netip.Addr, host bool, names []string) *Pod {
	addr = addr.Unmap()
	n.mu.Lock()
	defer n.mu.Unlock()
	if p, ok := n.pods[addr]; ok {
		return p
	}
	p := &Pod{network: n, addr: addr, host: host, names: names, ports: map[uint16]*listener{}}
	n.pods[addr] = p
	return p
}

// RemovePod takes the pod at addr off the network: its listeners close and
// later connections to it get ErrNoRoute. A missing pod is no error.
func (n *Network) RemovePod(addr netip.Addr) {
	addr = addr.Unmap()
	n.mu.Lock()
	p := n.pods[addr]
	delete(n.pods, addr)
	for from, to := range n.mapped {
		if to.Addr() == addr {
			delete(n.mapped, from)
		}
	}
	n.mu.Unlock()
	if p != nil {
		p.close()
	}
}

// MapPort makes connections to from (a port of the node) arrive at to (a port of
// a pod), as a hostPort does. A taken port is EADDRINUSE. The mapping ends with
// the pod.
func (n *Network) MapPort(from, to netip.AddrPort) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if _, ok := n.mapped[from]; ok {
		return &net.OpError{
			Op: "listen", Net: "tcp", Addr: net.TCPAddrFromAddrPort(from),
			Err: os.NewSyscallError("bind", syscall.EADDRINUSE),
		}
	}
	n.mapped[from] = to
	return nil
}

func (n *Network) pod(to netip.AddrPort) (*Pod, netip.AddrPort) {
	to = netip.AddrPortFrom(to.Addr().Unmap(), to.Port())
	n.mu.Lock()
	defer n.mu.Unlock()
	if mapped, ok := n.mapped[to]; ok {
		to = mapped
	}
	return n.pods[to.Addr()], to
}

// local reports whether this node's network answers for to, be it with a refusal.
func (n *Network) local(to netip.AddrPort) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	_, taken := n.pods[to.Addr()]
	_, mapped := n.mapped[to]
	return taken || mapped || n.cidr.IsValid() && n.cidr.Contains(to.Addr())
}

// nextPort returns a source port of Linux's default ephemeral range, which is
// 32768 to 60999 (net.ipv4.ip_local_port_range).
func (n *Network) nextPort() uint16 {
	const first, count = 32768, 60999 - 32768 + 1
	return uint16(first + n.ephemeral.Add(1)%count)
}
