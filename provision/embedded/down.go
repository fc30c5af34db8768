package embedded

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/labctl-dev/labctl/internal/event"
	"github.com/labctl-dev/labctl/internal/execx"
	"github.com/labctl-dev/labctl/internal/kube"
	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/internal/safefile"
	"github.com/labctl-dev/labctl/provision"
	"github.com/labctl-dev/labctl/provision/embedded/component"
	"github.com/labctl-dev/labctl/provision/embedded/filelock"
	"github.com/labctl-dev/labctl/provision/embedded/labfile"
	"github.com/labctl-dev/labctl/provision/embedded/supervisor"
)

// Down stops the lab and keeps its data.
func (p *Provider) Down(ctx context.Context, lab provision.Lab, sink event.Sink) error {
	return p.change(ctx, lab, sink, "down", func(record labfile.Record, recordErr error) error {
		if isReason(recordErr, reason.LabNewer) {
			return recordErr
		}
		return p.stop(ctx, lab, record, of("down", sink))
	})
}

// of passes on what the supervisor tells of the way down, under verb. The first
// events still are those of a lab that is up.
func of(verb string, sink event.Sink) event.Sink {
	return event.Func(func(e event.Event) {
		if e.Verb == "down" {
			e.Verb = verb
			sink.Emit(e)
		}
	})
}

// Destroy stops the lab and removes all it ever made, however damaged it is. A
// directory that no lab ever lived in is refused with reason LAB_FOREIGN.
func (p *Provider) Destroy(ctx context.Context, lab provision.Lab, sink event.Sink) error {
	return p.change(ctx, lab, sink, "destroy", func(record labfile.Record, _ error) error {
		if err := ours(lab.Dir); err != nil {
			return err
		}
		if err := p.stop(ctx, lab, record, of("destroy", sink)); err != nil {
			return err
		}
		return remove(ctx, lab.Dir, record.RunDir)
	})
}

// change does one thing to an existing lab under its lock, as one step.
func (p *Provider) change(ctx context.Context, lab provision.Lab, sink event.Sink, verb string, do func(labfile.Record, error) error) (err error) {
	if _, err := os.Lstat(lab.Dir); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	lock, err := labfile.Lock(lab)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	began := time.Now()
	tell := func(state event.State, detail string) {
		sink.Emit(event.Event{Time: time.Now().UTC(), Verb: verb, Kind: event.Step, Subject: verb, State: state, Detail: detail, Elapsed: time.Since(began)})
	}
	tell(event.Running, "")
	record, recordErr := labfile.Load(lab)
	err = do(record, recordErr)
	p.log.Info(verb, "lab", lab.Name, "took", time.Since(began), "err", err)
	switch {
	case err == nil:
		tell(event.Done, "")
	case ctx.Err() != nil:
		tell(event.Failed, "interrupted")
		err = reason.New(reason.Interrupt, err)
	default:
		tell(event.Failed, firstLine(err))
	}
	return err
}

// stop ends the supervisor with everything below it and returns once no process
// and no port of the lab is left.
func (p *Provider) stop(ctx context.Context, lab provision.Lab, record labfile.Record, sink event.Sink) error {
	sockets := socketCandidates(lab, record)
	following, cancel := context.WithCancel(ctx)
	followed := make(chan struct{})
	go func() {
		defer close(followed)
		client := supervisor.NewClient(sockets[0])
		defer client.Close()
		_ = client.Events(following, sink) // without a supervisor there is nothing to tell
	}()
	err := stopSupervisor(ctx, lab.Dir, sockets)
	cancel()
	<-followed
	if err != nil {
		return err
	}
	return awaitGone(ctx, lab.Dir, record)
}

// awaitGone waits for what a killed supervisor left dying. Somebody else's
// program on a port of ours is none of that, hence only after a crash.
func awaitGone(ctx context.Context, dir string, record labfile.Record) error {
	if _, err := os.Stat(lockPath(dir)); err != nil {
		return nil //nolint:nilerr // no lock file: the supervisor ended in order
	}
	err := awaitPortsFree(ctx, record.Ports, true)
	if err != nil && ctx.Err() != nil {
		return err
	}
	// A port that is still taken now belongs to another program.
	if err := os.Remove(lockPath(dir)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return safefile.Explain(lockPath(dir), fmt.Errorf("removing the lock of a supervisor that crashed: %w", err))
	}
	return nil
}

// socketCandidates are the places the supervisor's socket may be, the likeliest
// first; the record may be damaged.
func socketCandidates(lab provision.Lab, record labfile.Record) []string {
	candidates := []string{layoutOf(lab, record, "").Socket(supervisorName)}
	if socket := configuredSocket(lab.Dir); socket != "" {
		candidates = append(candidates, socket)
	}
	return append(candidates, component.Layout{RunDir: filepath.Join(lab.Dir, "run")}.Socket(supervisorName))
}

func configuredSocket(dir string) string {
	data, err := os.ReadFile(filepath.Join(dir, supervisor.ConfigName)) //nolint:gosec // the lab's own file
	var config supervisor.Config
	if err != nil || json.Unmarshal(data, &config) != nil {
		return ""
	}
	return config.Socket
}

// stopPatience is the time for an orderly stop: four groups of components, each
// with the supervisor's grace. After that the supervisor is killed and its
// components die with it.
const stopPatience = 45 * time.Second

// stopSupervisor returns once no supervisor of the lab runs.
func stopSupervisor(ctx context.Context, dir string, sockets []string) error {
	holder, err := supervisorPID(dir)
	if err != nil || holder == nil {
		return err
	}
	defer awaitExit(ctx, holder.PID)
	if !askToStop(ctx, sockets) {
		// Its lock is held, so the process identifier in it is that of a living supervisor.
		if err := execx.TerminateByID(holder.PID); err != nil {
			return fmt.Errorf("stopping supervisor %d: %w", holder.PID, err)
		}
	}
	patient, cancel := context.WithTimeout(ctx, stopPatience)
	defer cancel()
	err = kube.Until(patient, 5*time.Millisecond, func(context.Context) error {
		holder, err := supervisorPID(dir)
		if holder != nil {
			return holder
		}
		return err
	})
	if err != nil && ctx.Err() == nil && errors.As(err, &holder) {
		return execx.KillByID(holder.PID)
	}
	return err
}

// exitPatience bounds the wait for a process that has done all it had to do.
const exitPatience = time.Second

// awaitExit waits for a process to leave the lab's directory, which is its
// working directory until its very end. A zombie nobody buries is not waited for.
func awaitExit(ctx context.Context, pid int) {
	patient, cancel := context.WithTimeout(ctx, exitPatience)
	defer cancel()
	_ = kube.Until(patient, 2*time.Millisecond, func(context.Context) error {
		if execx.Alive(pid) {
			return errors.New("still there")
		}
		return nil
	})
}

// supervisorPID returns who holds the supervisor's lock, or nil. Asking leaves
// the lock's file of a crashed supervisor in place.
func supervisorPID(dir string) (*filelock.HeldError, error) {
	if _, err := os.Stat(lockPath(dir)); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	lock, err := filelock.Acquire(lockPath(dir))
	if held, ok := errors.AsType[*filelock.HeldError](err); ok {
		return held, nil
	}
	if err != nil {
		return nil, err
	}
	return nil, lock.Leave()
}

func askToStop(ctx context.Context, sockets []string) bool {
	for _, socket := range sockets {
		client := supervisor.NewClient(socket)
		asking, cancel := context.WithTimeout(ctx, askTimeout)
		err := client.Stop(asking)
		cancel()
		client.Close()
		if err == nil {
			return true
		}
	}
	return false
}

// ours returns reason LAB_FOREIGN unless the directory holds a lab's record, the
// supervisor's configuration, or nothing but a record that was being written.
func ours(dir string) error {
	for _, marker := range []string{labfile.Name, supervisor.ConfigName} {
		if _, err := os.Lstat(filepath.Join(dir, marker)); err == nil {
			return nil
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return reason.New(reason.LabForeign, err, "path", dir)
	}
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), "."+labfile.Name+".") {
			return reason.New(reason.LabForeign, nil, "path", dir)
		}
	}
	return nil
}

// runDirPrefix begins the name of a directory for sockets outside of the lab's.
const runDirPrefix = "labctl-run-"

// removeRunDir removes a directory for sockets, and nothing that is not one,
// whatever the record says.
func removeRunDir(dir string) error {
	if dir == "" || !strings.HasPrefix(filepath.Base(dir), runDirPrefix) {
		return nil
	}
	if err := os.RemoveAll(dir); err != nil {
		return safefile.Explain(dir, fmt.Errorf("removing the directory of sockets: %w", err))
	}
	return nil
}

// remove deletes the lab's directory, its record last: an interrupted Destroy
// must still find out that the directory is a lab's. A dying component may
// write while we delete, hence the attempts.
func remove(ctx context.Context, dir, runDir string) error {
	if err := removeRunDir(runDir); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, dieTime)
	defer cancel()
	err := kube.Until(ctx, retry, func(context.Context) error { return removeOnce(dir) })
	if err != nil {
		return safefile.Explain(dir, fmt.Errorf("removing the lab: %w", err))
	}
	return nil
}

func removeOnce(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if entry.Name() == labfile.Name {
			continue
		}
		if err := os.RemoveAll(filepath.Join(dir, entry.Name())); err != nil {
			return err
		}
	}
	return os.RemoveAll(dir)
}
