package vfs

import (
	"crypto/rand"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/labctl-dev/labctl/internal/simruntime/process"
)

// deviceNames are the devices every container has that need no hardware.
func deviceNames() []string { return []string{"null", "random", "urandom", "zero"} }

func deviceInfo(name string) (fs.FileInfo, bool) {
	base, ok := strings.CutPrefix(name, "/dev/")
	if !ok || !slices.Contains(deviceNames(), base) {
		return nil, false
	}
	return deviceEntry(base), true
}

// deviceEntry describes a device.
type deviceEntry string

func (d deviceEntry) Name() string     { return string(d) }
func (deviceEntry) Size() int64        { return 0 }
func (deviceEntry) Mode() fs.FileMode  { return fs.ModeDevice | fs.ModeCharDevice | 0o666 }
func (deviceEntry) ModTime() time.Time { return time.Time{} }
func (deviceEntry) IsDir() bool        { return false }
func (deviceEntry) Sys() any           { return nil }

// deviceFile is an open device: what is written to it is gone.
type deviceFile struct {
	info   fs.FileInfo
	source io.Reader
}

func openDevice(info fs.FileInfo) (process.File, error) {
	file := &deviceFile{info: info, source: strings.NewReader("")}
	switch info.Name() {
	case "zero":
		file.source = zeros{}
	case "random", "urandom":
		file.source = rand.Reader
	}
	return file, nil
}

func (d *deviceFile) Read(p []byte) (int, error)     { return d.source.Read(p) }
func (d *deviceFile) Write(p []byte) (int, error)    { return len(p), nil }
func (d *deviceFile) Seek(int64, int) (int64, error) { return 0, nil }
func (d *deviceFile) Close() error                   { return nil }
func (d *deviceFile) Stat() (fs.FileInfo, error)     { return d.info, nil }

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
