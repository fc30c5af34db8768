// Package port owns the choice of TCP ports on loopback. It must not keep one
// open: between choosing and using lies a moment in which it may be taken.
package port

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// The range ports are chosen from lies below the ephemeral ports of every
// operating system (Linux 32768, macOS and Windows 49152): an outgoing
// connection of some program must not take a lab's port while the lab is down.
const (
	first    = 20000
	lastPort = 32000
)

// tries bounds the search for one port.
const tries = 1000

// Free returns nil if the port can be bound on loopback now.
func Free(ctx context.Context, port int) error {
	listener, err := listen(ctx, port)
	if err != nil {
		return err
	}
	return listener.Close()
}

func listen(ctx context.Context, port int) (net.Listener, error) {
	return (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
}

// Choose returns a free port for each purpose, all different: the preferred one
// if it is free, where preferred names one above 0.
func Choose(ctx context.Context, purposes []string, preferred func(string) int) (map[string]int, error) {
	chosen, held := map[string]int{}, []net.Listener{}
	defer func() {
		for _, listener := range held {
			_ = listener.Close() // it served only to keep the port from being chosen twice
		}
	}()
	for _, purpose := range purposes {
		listener, number, err := choose(ctx, preferred(purpose))
		if err != nil {
			return nil, fmt.Errorf("choosing a port for %s: %w", purpose, err)
		}
		held = append(held, listener)
		chosen[purpose] = number
	}
	return chosen, nil
}

func choose(ctx context.Context, preferred int) (net.Listener, int, error) {
	if preferred > 0 {
		if listener, err := listen(ctx, preferred); err == nil {
			return listener, preferred, nil
		}
	}
	last := errors.New("no attempt made")
	for range tries {
		number := first + rand.IntN(lastPort-first) //nolint:gosec // any free port is as good
		listener, err := listen(ctx, number)
		if err == nil {
			return listener, number, nil
		}
		last = err
	}
	return nil, 0, last
}
