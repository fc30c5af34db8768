// Package tty owns the line between a process and whoever types at it: a queue
// in front of standard input whose reads can be given up, and, for a terminal,
// the line discipline a kernel would be: echo, erasing, Ctrl-C, Ctrl-D and line
// ends. It must not know shells or commands.
package tty

import (
	"context"
	"io"
	"slices"
	"sync"
	"syscall"

	"github.com/labctl-dev/labctl/internal/simruntime/process"
)

const (
	chunkSize  = 32 << 10
	maxWaiting = 64 // chunks nobody has read yet; then the source waits
)

// Input is the queue in front of a process' standard input.
type Input struct {
	mu      sync.Mutex
	queue   [][]byte // an empty chunk is one end of file, as Ctrl-D gives
	ended   bool     // nothing more will come
	changed chan struct{}
	stop    chan struct{}
	once    sync.Once
}

// Attach puts an Input between p and its streams: p.Stdin, and with p.TTY also
// p.Stdout, p.Stderr and p.Signals, are replaced. One read of the old p.Stdin
// may still be waiting after Close.
func Attach(p *process.Process) *Input {
	in := &Input{changed: make(chan struct{}), stop: make(chan struct{})}
	source, take := p.Stdin, in.push
	if p.TTY {
		d := newDiscipline(in, p)
		take = d.typed
		p.Stdout, p.Stderr, p.Signals = d.screen, d.screen, d.signals
	}
	if source == nil {
		in.end()
		return in
	}
	go in.pump(source, take)
	return in
}

func (in *Input) pump(source io.Reader, take func([]byte)) {
	defer in.end()
	buffer := make([]byte, chunkSize)
	for {
		n, err := source.Read(buffer)
		if n > 0 {
			take(slices.Clone(buffer[:n]))
		}
		if err != nil || !in.room() {
			return
		}
	}
}

// room waits until the queue is short enough; false means closed.
func (in *Input) room() bool {
	for {
		in.mu.Lock()
		full, changed := len(in.queue) >= maxWaiting, in.changed
		in.mu.Unlock()
		if !full {
			changed = closedChannel()
		}
		select {
		case <-in.stop:
			return false
		case <-changed:
		}
		if !full {
			return true
		}
	}
}

func closedChannel() chan struct{} {
	ch := make(chan struct{})
	close(ch)
	return ch
}

func (in *Input) push(chunk []byte) { in.change(func() { in.queue = append(in.queue, chunk) }) }
func (in *Input) end()              { in.change(func() { in.ended = true }) }
func (in *Input) flush()            { in.change(func() { in.queue = nil }) }

func (in *Input) change(do func()) {
	in.mu.Lock()
	defer in.mu.Unlock()
	do()
	close(in.changed)
	in.changed = make(chan struct{})
}

// Close lets every reader see the end.
func (in *Input) Close() {
	in.once.Do(func() { close(in.stop) })
	in.end()
}

// Reader returns a reader of the queue whose reads end with ctx. Readers of one
// Input share what arrives: each byte goes to one of them. At a terminal one
// Read returns at most one line.
func (in *Input) Reader(ctx context.Context) *Reader { return &Reader{in: in, ctx: ctx} }

// Reader is an io.Reader of an Input, bound to a context for its whole life.
type Reader struct {
	in  *Input
	ctx context.Context //nolint:containedctx // io.Reader has no parameter for it
}

// With returns a reader of the same input that ends with ctx.
func (r *Reader) With(ctx context.Context) *Reader { return r.in.Reader(ctx) }

// Read implements io.Reader.
func (r *Reader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for {
		n, wait, err := r.in.take(p)
		if wait == nil {
			return n, err
		}
		select {
		case <-wait:
		case <-r.ctx.Done():
			return 0, r.ctx.Err()
		}
	}
}

// take reads what is there; a channel says to wait for it.
func (in *Input) take(p []byte) (int, <-chan struct{}, error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if len(in.queue) == 0 {
		if in.ended {
			return 0, nil, io.EOF
		}
		return 0, in.changed, nil
	}
	chunk := in.queue[0]
	n := copy(p, chunk)
	if n < len(chunk) {
		in.queue[0] = chunk[n:]
		return n, nil, nil
	}
	in.queue = in.queue[1:]
	close(in.changed)
	in.changed = make(chan struct{})
	if n == 0 {
		return 0, nil, io.EOF
	}
	return n, nil, nil
}

// forward copies signals until the Input is closed.
func (in *Input) forward(from <-chan syscall.Signal, to chan<- syscall.Signal) {
	for {
		select {
		case <-in.stop:
			return
		case sig, ok := <-from:
			if !ok {
				return
			}
			select {
			case to <- sig:
			case <-in.stop:
				return
			}
		}
	}
}
