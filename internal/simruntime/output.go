package simruntime

import (
	"io"
	"sync"
	"sync/atomic"
)

// attachQueue is how many writes an attached client may be behind before the
// container waits for it, as it would on a full pipe.
const attachQueue = 256

// output is one stream of a running container: it goes to the log and to every
// attached client.
type output struct {
	log     io.Writer
	written *atomic.Uint64 // bytes
	ended   chan struct{}  // closed by close

	mu      sync.Mutex
	clients map[*attachment]struct{}
	closed  bool
}

func newOutput(log io.Writer, written *atomic.Uint64) *output {
	return &output{log: log, written: written, ended: make(chan struct{}), clients: map[*attachment]struct{}{}}
}

func (o *output) Write(p []byte) (int, error) {
	o.written.Add(uint64(len(p)))
	n, err := o.log.Write(p)
	o.mu.Lock()
	clients := make([]*attachment, 0, len(o.clients))
	for c := range o.clients {
		clients = append(clients, c)
	}
	o.mu.Unlock()
	if len(clients) == 0 {
		return n, err
	}
	chunk := append([]byte(nil), p...) // the program may reuse p
	for _, c := range clients {
		select {
		case c.queue <- chunk:
		case <-c.left:
		case <-o.ended:
		}
	}
	return n, err
}

// close ends the stream; clients get what is queued and then leave.
func (o *output) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.closed {
		o.closed = true
		close(o.ended)
	}
}

// attachment is one client of an output.
type attachment struct {
	out   *output
	queue chan []byte
	left  chan struct{}
	once  sync.Once
}

func (o *output) attach() *attachment {
	a := &attachment{out: o, queue: make(chan []byte, attachQueue), left: make(chan struct{})}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.clients[a] = struct{}{}
	return a
}

// leave stops copying.
func (a *attachment) leave() {
	a.once.Do(func() {
		close(a.left)
		a.out.mu.Lock()
		defer a.out.mu.Unlock()
		delete(a.out.clients, a)
	})
}

// copyTo writes the stream to w until it ends, w fails or the client leaves.
func (a *attachment) copyTo(w io.Writer) error {
	defer a.leave()
	for {
		select {
		case chunk := <-a.queue:
			if _, err := w.Write(chunk); err != nil {
				return err
			}
		case <-a.left:
			return nil
		case <-a.out.ended:
			return a.drain(w)
		}
	}
}

func (a *attachment) drain(w io.Writer) error {
	for {
		select {
		case chunk := <-a.queue:
			if _, err := w.Write(chunk); err != nil {
				return err
			}
		default:
			return nil
		}
	}
}
