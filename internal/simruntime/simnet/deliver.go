package simnet

import (
	"context"
	"net"
	"net/netip"
)

// Deliver hands a connection accepted elsewhere to the program that listens at
// to. No byte is copied: the listener's Accept returns conn itself, only its
// LocalAddr is to. On an error (ErrRefused, ErrNoRoute) conn stays open and
// belongs to the caller.
func (n *Network) Deliver(conn net.Conn, to netip.AddrPort) error {
	l, to, err := n.find(to)
	if err != nil {
		return err
	}
	return l.enqueue(&delivered{Conn: conn, local: to})
}

func (n *Network) find(to netip.AddrPort) (*listener, netip.AddrPort, error) {
	pod, to := n.pod(to)
	if pod == nil {
		return nil, to, ErrNoRoute
	}
	l := pod.listenerAt(to.Port())
	if l == nil {
		return nil, to, ErrRefused
	}
	return l, to, nil
}

// Dial connects to a pod of this node from the node itself. The error is
// ErrRefused, ErrNoRoute or ctx's.
func (n *Network) Dial(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
	return n.dialFrom(ctx, netip.AddrFrom4([4]byte{127, 0, 0, 1}), to)
}

func (n *Network) dialFrom(ctx context.Context, from netip.Addr, to netip.AddrPort) (net.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	l, actual, err := n.find(to)
	if err != nil {
		return nil, err
	}
	client, server := connect(netip.AddrPortFrom(from, n.nextPort()), to, actual)
	if err := l.enqueue(server); err != nil {
		_ = client.Close() // never seen by anybody
		return nil, err
	}
	return client, nil
}

// delivered is a connection from outside as the pod sees it.
type delivered struct {
	net.Conn
	local netip.AddrPort
}

func (d *delivered) LocalAddr() net.Addr { return net.TCPAddrFromAddrPort(d.local) }

// CloseWrite half-closes when the connection underneath can, else it does
// nothing: closing it whole would lose the answer.
func (d *delivered) CloseWrite() error { return closeWrite(d.Conn) }

func closeWrite(conn net.Conn) error {
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// Reachable reports what Deliver to the same address would: nil, ErrRefused or
// ErrNoRoute.
func (n *Network) Reachable(to netip.AddrPort) error {
	_, _, err := n.find(to)
	return err
}
