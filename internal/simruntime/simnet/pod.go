package simnet

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/labctl-dev/labctl/internal/simruntime/process"
)

var _ process.Net = (*Pod)(nil)

// Pod is the network of one pod: every container of it listens and dials here.
// It implements process.Net and is safe for concurrent use.
type Pod struct {
	network *Network
	addr    netip.Addr
	host    bool
	names   []string

	mu     sync.Mutex
	ports  map[uint16]*listener
	closed bool
}

// IP returns the pod's address.
func (p *Pod) IP() net.IP { return net.IP(p.addr.AsSlice()) }

// Addr returns the pod's address.
func (p *Pod) Addr() netip.Addr { return p.addr }

// Listen binds a TCP port of the pod, any free one for 0. A taken port is
// EADDRINUSE, a number outside 0 to 65535 is EINVAL. ctx does not close the
// listener.
func (p *Pod) Listen(_ context.Context, port int) (net.Listener, error) {
	fail := func(err error) error {
		return &net.OpError{
			Op: "listen", Net: "tcp", Addr: &net.TCPAddr{IP: p.IP(), Port: port},
			Err: os.NewSyscallError("bind", err),
		}
	}
	if port < 0 || port > 65535 {
		return nil, fail(syscall.EINVAL)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, fail(syscall.EADDRNOTAVAIL)
	}
	number := uint16(port)
	if port == 0 {
		number = p.freePort()
	}
	if _, taken := p.ports[number]; taken || number == 0 {
		return nil, fail(syscall.EADDRINUSE)
	}
	l := newListener(p, netip.AddrPortFrom(p.addr, number))
	p.ports[number] = l
	return l, nil
}

// freePort returns 0 when all ports of the ephemeral range are taken.
func (p *Pod) freePort() uint16 {
	for range 60999 - 32768 + 1 {
		number := p.network.nextPort()
		if _, taken := p.ports[number]; !taken {
			return number
		}
	}
	return 0
}

func (p *Pod) listenerAt(port uint16) *listener {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ports[port]
}

func (p *Pod) forget(l *listener) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ports[l.addr.Port()] == l {
		delete(p.ports, l.addr.Port())
	}
}

func (p *Pod) close() {
	p.mu.Lock()
	p.closed = true
	open := make([]*listener, 0, len(p.ports))
	for _, l := range p.ports {
		open = append(open, l)
	}
	p.mu.Unlock()
	for _, l := range open {
		_ = l.Close() // closed already is what we want
	}
}

// DialContext connects as a process of the pod does. "localhost", the loopback
// addresses and the pod's own names are the pod itself; addresses of this node's
// pods are met here; all else, names included, goes to Network.Remote.
func (p *Pod) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	to, self, err := p.target(network, address)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	if !to.IsValid() || !strings.HasPrefix(network, "tcp") || !self && !p.network.local(to) {
		return p.remote(ctx, network, address)
	}
	conn, err := p.network.dialFrom(ctx, p.addr, to)
	if err == nil {
		return conn, nil
	}
	if p.host && to.Addr() == p.addr && p.network.Remote != nil {
		return p.remote(ctx, network, to.String())
	}
	return nil, &net.OpError{Op: "dial", Net: network, Addr: net.TCPAddrFromAddrPort(to), Err: err}
}

func (p *Pod) remote(ctx context.Context, network, address string) (net.Conn, error) {
	if p.network.Remote != nil {
		return p.network.Remote(ctx, network, address)
	}
	host, _, _ := net.SplitHostPort(address)
	if _, err := netip.ParseAddr(host); err != nil {
		return nil, &net.OpError{
			Op: "dial", Net: network,
			Err: &net.DNSError{Err: "no such host", Name: host, IsNotFound: true},
		}
	}
	return nil, &net.OpError{Op: "dial", Net: network, Err: ErrUnreachable}
}

// target resolves what the pod itself can resolve. An invalid AddrPort without
// an error is a name for Remote; self means that the pod means itself.
func (p *Pod) target(network, address string) (to netip.AddrPort, self bool, err error) {
	host, service, err := net.SplitHostPort(address)
	if err != nil {
		return netip.AddrPort{}, false, err
	}
	port, err := strconv.ParseUint(service, 10, 16)
	if err != nil {
		return netip.AddrPort{}, false, &net.AddrError{Err: fmt.Sprintf("unknown port %s/%s", network, service), Addr: address}
	}
	if host == "" || strings.EqualFold(host, "localhost") || slices.Contains(p.names, host) {
		return netip.AddrPortFrom(p.addr, uint16(port)), true, nil
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return netip.AddrPort{}, false, nil //nolint:nilerr // a name is not an error, Remote resolves it
	}
	addr = addr.Unmap()
	if addr.IsLoopback() || addr.IsUnspecified() || addr == p.addr {
		return netip.AddrPortFrom(p.addr, uint16(port)), true, nil
	}
	return netip.AddrPortFrom(addr, uint16(port)), false, nil
}
