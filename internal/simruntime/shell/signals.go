package shell

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// signalNumbers are the signals a script may trap. The numbers are Linux', on
// every system, since a container is a Linux one.
func signalNumbers() map[string]syscall.Signal {
	return map[string]syscall.Signal{
		"HUP": 1, "INT": 2, "QUIT": 3, "USR1": 10, "USR2": 12, "ALRM": 14, "TERM": 15,
	}
}

// watch reacts to signals until stop closes.
func (s *session) watch(stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		case sig, ok := <-s.p.Signals:
			if !ok {
				return
			}
			s.receive(sig)
		}
	}
}

// receive does what signal(7) says for a shell: a trap runs when the command in
// the foreground has ended, the first process of a container ignores what it
// does not handle, an interactive shell ignores TERM and QUIT.
func (s *session) receive(sig syscall.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.execed != nil {
		select {
		case s.execed <- sig:
		default: // a signal that is pending already is not counted twice
		}
		return
	}
	code, trapped := s.traps[sig]
	switch {
	case trapped && code == "":
	case trapped:
		s.pending = append(s.pending, sig)
	case sig == syscall.SIGINT && s.foreground != nil:
		s.foreground()
	case sig == syscall.SIGINT && s.call.interactive:
		s.broken = true
	case s.call.interactive, s.p.PID == 1 && (!s.p.TTY || sig != syscall.SIGINT), !slices.Contains(slices.Collect(maps.Values(signalNumbers())), sig):
	default:
		s.killedBy = sig
		s.end()
	}
}

// trapped returns the code of a trap that is due, once.
func (s *session) trapped() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.pending) == 0 {
		return ""
	}
	sig := s.pending[0]
	s.pending = s.pending[1:]
	return s.traps[sig]
}

// rewriteTrap keeps the traps of signals, which the interpreter does not know,
// and leaves EXIT and ERR to it.
func (s *session) rewriteTrap(args []string) []string {
	rest := args[1:]
	if len(rest) > 0 && rest[0] == "--" {
		rest = rest[1:]
	}
	if len(rest) < 2 || strings.HasPrefix(rest[0], "-") && rest[0] != "-" {
		return args
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var others []string
	for _, name := range rest[1:] {
		sig, ok := signalNamed(name)
		switch {
		case !ok:
			others = append(others, strings.TrimPrefix(name, "SIG"))
		case rest[0] == "-":
			delete(s.traps, sig)
		default:
			s.traps[sig] = rest[0]
		}
	}
	if len(others) == 0 {
		return []string{"true"}
	}
	for i, name := range others {
		if name == "0" {
			others[i] = "EXIT"
		}
	}
	return append([]string{"trap", rest[0]}, others...)
}

func signalNamed(name string) (syscall.Signal, bool) {
	sig, ok := signalNumbers()[strings.TrimPrefix(strings.ToUpper(name), "SIG")]
	if ok {
		return sig, true
	}
	n, err := strconv.Atoi(name)
	if err != nil || n <= 0 {
		return 0, false
	}
	return syscall.Signal(n), slices.Contains(slices.Collect(maps.Values(signalNumbers())), syscall.Signal(n))
}
