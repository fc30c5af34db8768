// Package process owns what a simulated program sees of its container: its
// arguments, streams, files, network and signals. It must not know images, pods
// or the CRI: the runtime above makes a Process, a program below runs on it.
package process

import (
	"context"
	"io"
	"io/fs"
	"net"
	"syscall"
	"time"
)

// Program runs as one process and returns its exit code. It must return soon
// after ctx ends (the process was killed) and should itself react to signals
// from Process.Signals (SIGTERM first, as a container's stop does).
type Program func(ctx context.Context, p *Process) int

// Size is a terminal's size in cells.
type Size struct{ Width, Height uint16 }

// Process is one simulated process.
type Process struct {
	PID      int
	Args     []string // Args[0] is the program's name as it was called
	Env      []string // KEY=value, the last one of a key counts
	Dir      string   // working directory, absolute inside FS
	Stdin    io.Reader
	Stdout   io.Writer
	Stderr   io.Writer
	TTY      bool
	Resize   <-chan Size           // may be nil
	Signals  <-chan syscall.Signal // SIGTERM, SIGINT, SIGHUP, SIGUSR1…; may be nil
	Hostname string
	FS       FS
	Net      Net
	Host     Host
}

// FS is the file system of a container: image files, its own writable layer and
// the mounted volumes. Names are absolute slash-separated paths. No name can
// lead outside the container, not even through symbolic links.
type FS interface {
	OpenFile(name string, flag int, perm fs.FileMode) (File, error)
	Stat(name string) (fs.FileInfo, error)
	ReadDir(name string) ([]fs.DirEntry, error) // sorted by name
	Mkdir(name string, perm fs.FileMode) error
	Remove(name string) error
	Rename(oldName, newName string) error
}

// File is an open file of an FS.
type File interface {
	io.ReadWriteSeeker
	io.Closer
	Stat() (fs.FileInfo, error)
}

// Net is the network of a pod: every container of the pod shares one.
type Net interface {
	// IP is the pod's address.
	IP() net.IP
	// Listen binds a TCP port of the pod; a taken one is EADDRINUSE.
	Listen(ctx context.Context, port int) (net.Listener, error)
	// DialContext connects as a process of the pod would: "localhost" is the
	// pod itself, names are resolved by the cluster's DNS.
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// ProcInfo is one line of ps.
type ProcInfo struct {
	PID     int
	Started time.Time
	Args    []string
}

// Host is what a process can ask of the container it runs in.
type Host interface {
	// Processes lists the processes of the container, the first one first.
	Processes() []ProcInfo
	// Signal delivers a signal to a process of the container; no such process
	// is ESRCH.
	Signal(pid int, sig syscall.Signal) error
	// ComponentLog opens the log of a control-plane process of the lab that this
	// container stands for, such as "kube-apiserver", to be read like `tail -f`.
	ComponentLog(name string) (io.ReadCloser, error)
}
