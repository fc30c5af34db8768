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

// Block is how many ports a block has.
const Block = 16

// tries bounds the search for a free block.
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

// Choose returns a free port for each purpose, at most Block of them. They lie
// side by side in one block, picked at random: two labs that are made at the same
// moment, before either listens, then meet in one case of some hundreds, where
// ports picked one by one, or a favourite port, would meet far more often.
func Choose(ctx context.Context, purposes []string) (map[string]int, error) {
	if len(purposes) > Block {
		return nil, fmt.Errorf("choosing ports: %d purposes, a block has %d ports", len(purposes), Block)
	}
	last := errors.New("no attempt made")
	for range tries {
		base := first + Block*rand.IntN((lastPort-first)/Block) //nolint:gosec // any free block is as good
		last = blockFree(ctx, base, len(purposes))
		if last != nil {
			continue
		}
		chosen := map[string]int{}
		for i, purpose := range purposes {
			chosen[purpose] = base + i
		}
		return chosen, nil
	}
	return nil, fmt.Errorf("choosing ports: %w", last)
}

func blockFree(ctx context.Context, base, count int) error {
	for number := base; number < base+count; number++ {
		if err := Free(ctx, number); err != nil {
			return err
		}
	}
	return nil
}
