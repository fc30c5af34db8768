package nginx

import (
	"context"
	"syscall"
)

func (s *server) signals(ctx context.Context) int {
	signals := s.p.Signals
	for {
		select {
		case <-ctx.Done():
			s.stop()
			return 128 + int(syscall.SIGKILL)
		case sig, ok := <-signals:
			if !ok {
				signals = nil
				continue
			}
			if s.handle(ctx, sig) {
				return 0
			}
		}
	}
}

// handle reacts to a signal and reports whether nginx has ended. The numbers
// are Linux' on every system.
func (s *server) handle(ctx context.Context, sig syscall.Signal) bool {
	switch int(sig) {
	case 3:
		s.logf("notice", s.p.PID, "signal 3 (SIGQUIT) received, shutting down")
		s.quit(ctx)
	case 15, 2:
		s.logf("notice", s.p.PID, "signal %d (%s) received, exiting", int(sig), map[int]string{15: "SIGTERM", 2: "SIGINT"}[int(sig)])
		s.stop()
	case 1:
		s.logf("notice", s.p.PID, "signal 1 (SIGHUP) received, reconfiguring")
		s.reload(ctx)
		return false
	default:
		return false
	}
	s.logf("notice", s.p.PID, "exit")
	return true
}

// quit lets requests end, as long as nobody sends a harder signal.
func (s *server) quit(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, gracePeriod)
	defer cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, web := range s.running {
			_ = web.Shutdown(ctx) // what does not end in time is closed below
		}
	}()
	signals := s.p.Signals
	for waiting := true; waiting; {
		select {
		case <-done:
			waiting = false
		case sig, ok := <-signals:
			if !ok {
				signals = nil
			}
			if int(sig) == 15 || int(sig) == 2 {
				cancel()
			}
		}
	}
	s.stop()
}

func (s *server) stop() {
	for _, web := range s.running {
		_ = web.Close() // nothing can be done about a socket that does not close
	}
	s.served.Wait()
}

// reload reads the configuration anew; a wrong one leaves the old in place.
func (s *server) reload(ctx context.Context) {
	loaded, err := load(s.p.FS, s.file)
	if err != nil {
		s.logf("emerg", s.p.PID, "%v", err)
		return
	}
	for _, warning := range loaded.warnings {
		s.logf("warn", s.p.PID, "%s", warning)
	}
	wanted := map[int]bool{}
	for _, port := range loaded.ports() {
		wanted[port] = true
		if s.running[port] != nil {
			continue
		}
		listener, err := s.p.Net.Listen(ctx, port)
		if err != nil {
			s.logf("emerg", s.p.PID, "bind() to 0.0.0.0:%d failed (%s)", port, errnoText(err))
			return
		}
		s.open(port, listener)
	}
	for port, web := range s.running {
		if !wanted[port] {
			_ = web.Close() // its requests are of a configuration that is gone
			delete(s.running, port)
		}
	}
	s.mu.Lock()
	s.site = loaded
	s.mu.Unlock()
	s.logf("notice", s.p.PID, "start worker processes")
	s.logf("notice", workerPID, "gracefully shutting down")
}
