package tty

import (
	"bytes"
	"io"
	"strings"
	"sync"
	"syscall"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"github.com/labctl-dev/labctl/internal/simruntime/process"
)

const (
	ctrlC     = 0x03
	ctrlD     = 0x04
	backspace = 0x08
	ctrlU     = 0x15
	ctrlW     = 0x17
	escape    = 0x1b
	quit      = 0x1c
	erase     = 0x7f

	maxLine    = 4095 // bytes, as N_TTY (tty_ioctl(4)): more is not taken
	maxHistory = 100
)

// discipline turns what is typed into lines, as a terminal in canonical mode.
// Beyond a kernel's it knows the up and down arrows, for lines typed before.
type discipline struct {
	in      *Input
	screen  *screen
	signals chan syscall.Signal

	line    []byte
	partial []byte // the begin of an escape sequence or of a character
	history []string
	recall  int // index into history; len(history) is the line being typed
}

func newDiscipline(in *Input, p *process.Process) *discipline {
	d := &discipline{in: in, screen: &screen{w: p.Stdout}, signals: make(chan syscall.Signal, 16)}
	if p.Signals != nil {
		go in.forward(p.Signals, d.signals)
	}
	return d
}

// typed takes bytes as they come from the keyboard, in pieces of any size.
func (d *discipline) typed(chunk []byte) {
	data := append(d.partial, chunk...)
	d.partial = nil
	for len(data) > 0 {
		n := d.next(data)
		if n == 0 {
			d.partial = data
			return
		}
		data = data[n:]
	}
}

// next handles one key and returns its length; 0 means that more must come.
func (d *discipline) next(data []byte) int {
	if data[0] == escape {
		return d.escaped(data)
	}
	if data[0] < 0x20 || data[0] == erase {
		d.control(data[0])
		return 1
	}
	if !utf8.FullRune(data) {
		return 0
	}
	_, n := utf8.DecodeRune(data)
	if len(d.line)+n < maxLine {
		d.line = append(d.line, data[:n]...)
		d.screen.echo(string(data[:n]))
	}
	return n
}

func (d *discipline) control(key byte) {
	switch key {
	case '\r', '\n':
		d.enter()
	case erase, backspace:
		d.drop(lastCluster(string(d.line)))
	case ctrlU:
		d.drop(string(d.line))
	case ctrlW:
		d.drop(lastWord(string(d.line)))
	case ctrlD:
		d.in.push(d.line) // an empty line is the end of file
		d.line = nil
	case ctrlC:
		d.interrupt("^C\n", syscall.SIGINT)
	case quit:
		d.interrupt("^\\\n", syscall.SIGQUIT)
	case '\t':
		d.line = append(d.line, '\t')
		d.screen.echo("\t")
	}
}

func (d *discipline) enter() {
	if text := string(d.line); text != "" && (len(d.history) == 0 || d.history[len(d.history)-1] != text) {
		d.history = append(d.history, text)
		d.history = d.history[max(0, len(d.history)-maxHistory):]
	}
	d.recall = len(d.history)
	d.screen.echo("\n")
	d.in.push(append(d.line, '\n'))
	d.line = nil
}

func (d *discipline) interrupt(show string, sig syscall.Signal) {
	d.screen.echo(show)
	d.line, d.recall = nil, len(d.history)
	d.in.flush()
	select {
	case d.signals <- sig:
	default: // the process does not even look; one more would not help
	}
}

// drop removes tail from the end of the line and from the screen.
func (d *discipline) drop(tail string) {
	d.line = d.line[:len(d.line)-len(tail)]
	cells := uniseg.StringWidth(tail)
	d.screen.echo(strings.Repeat("\b", cells) + strings.Repeat(" ", cells) + strings.Repeat("\b", cells))
}

// escaped handles an escape sequence: arrows recall lines, others are ignored.
func (d *discipline) escaped(data []byte) int {
	if len(data) < 2 {
		return 0
	}
	if data[1] != '[' && data[1] != 'O' {
		return 2
	}
	end := bytes.IndexFunc(data[2:], func(r rune) bool { return r >= 0x40 && r <= 0x7e })
	if end < 0 {
		return 0
	}
	switch data[2+end] {
	case 'A':
		d.show(d.recall - 1)
	case 'B':
		d.show(d.recall + 1)
	}
	return 2 + end + 1
}

func (d *discipline) show(at int) {
	if at < 0 || at > len(d.history) {
		return
	}
	text := ""
	if at < len(d.history) {
		text = d.history[at]
	}
	d.drop(string(d.line))
	d.recall, d.line = at, []byte(text)
	d.screen.echo(text)
}

// lastCluster is the last character as a person sees it: a Hangul syllable is
// one, whether it came composed or as jamo.
func lastCluster(s string) string {
	last := ""
	for g := uniseg.NewGraphemes(s); g.Next(); {
		last = g.Str()
	}
	return last
}

func lastWord(s string) string {
	kept := strings.TrimRight(s, " \t")
	return s[strings.LastIndexAny(kept, " \t")+1:]
}

// screen writes to a terminal: a line feed also returns the carriage.
type screen struct {
	mu sync.Mutex
	w  io.Writer
}

// Write implements io.Writer.
func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.w.Write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n"))); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (s *screen) echo(text string) {
	if text != "" {
		_, _ = s.Write([]byte(text)) // a terminal that is gone shows nothing
	}
}
