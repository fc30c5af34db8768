package gateway

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"syscall"

	"github.com/labctl-dev/labctl/provision/embedded/planeconf"
)

// apiPort is the API server's port inside the lab.
const apiPort = 6443

// route says how to reach one address of the lab. Exactly one field is set.
type route struct {
	loopback string // dial this TCP address of the computer
	door     string // ask the node behind this unix socket to CONNECT
	outside  bool   // not an address of the lab
}

// table decides routes; it is plain data, made once from the configuration.
type table struct {
	nodes       []planeconf.GatewayNode
	byName      map[string]netip.Addr
	podCIDR     netip.Prefix
	serviceCIDR netip.Prefix
	apiServer   string
}

func newTable(conf planeconf.Gateway) table {
	t := table{
		nodes: conf.Nodes, byName: map[string]netip.Addr{},
		podCIDR: conf.PodCIDR, serviceCIDR: conf.ServiceCIDR, apiServer: conf.APIServer,
	}
	for _, node := range conf.Nodes {
		t.byName[node.Name] = node.IP
	}
	return t
}

// resolve turns host:port into an address: node names and IP addresses are
// known; any other name is outside the lab and comes back invalid.
func (t table) resolve(hostport string) (netip.AddrPort, error) {
	host, portText, err := net.SplitHostPort(hostport)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("address %q: %w", hostport, err)
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("address %q: port: %w", hostport, err)
	}
	if addr, ok := t.byName[host]; ok {
		return netip.AddrPortFrom(addr, uint16(port)), nil
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return netip.AddrPort{}, nil //nolint:nilerr // a name: not ours, and not wrong
	}
	return netip.AddrPortFrom(addr.Unmap(), uint16(port)), nil
}

// find returns the route to target. An address of the lab nobody has is EHOSTUNREACH.
func (t table) find(target netip.AddrPort) (route, error) {
	if !target.IsValid() {
		return route{outside: true}, nil
	}
	addr, port := target.Addr(), target.Port()
	for i, node := range t.nodes {
		switch {
		case addr == node.IP && port == planeconf.KubeletPort:
			return route{loopback: net.JoinHostPort("127.0.0.1", strconv.Itoa(node.KubeletPort))}, nil
		case addr == node.IP && i == 0 && port == apiPort:
			return route{loopback: t.apiServer}, nil
		case addr == node.IP, node.PodCIDR.IsValid() && node.PodCIDR.Contains(addr):
			return route{door: node.Door}, nil
		}
	}
	if t.serviceCIDR.Contains(addr) {
		return t.service(target)
	}
	if t.podCIDR.Contains(addr) || t.besideNodes(addr) {
		return route{}, fmt.Errorf("%s: %w", target, syscall.EHOSTUNREACH)
	}
	return route{outside: true}, nil
}

// besideNodes reports whether addr lies in a /24 of the nodes, as an address a
// learner mistyped does: it must not be looked for outside the lab.
func (t table) besideNodes(addr netip.Addr) bool {
	for _, node := range t.nodes {
		if subnet, err := node.IP.Prefix(24); err == nil && subnet.Contains(addr) {
			return true
		}
	}
	return false
}

// service knows the one Service whose endpoint is no pod: the API server itself,
// at the first address of the range.
func (t table) service(target netip.AddrPort) (route, error) {
	if target.Addr() == t.serviceCIDR.Masked().Addr().Next() && target.Port() == 443 {
		return route{loopback: t.apiServer}, nil
	}
	return route{}, fmt.Errorf("%s: %w", target, syscall.EHOSTUNREACH)
}
