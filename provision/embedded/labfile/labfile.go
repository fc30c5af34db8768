// Package labfile owns lab.json, the record by which every later command knows
// a lab: what was planned, which ports it has and where its sockets are. It
// must not start, stop or probe anything.
package labfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/internal/safefile"
	"github.com/labctl-dev/labctl/provision"
)

// Format is the version of the record this build writes, and the newest it reads.
const Format = 1

// Name is the record's file name inside the lab's directory.
const Name = "lab.json"

// Record is the content of lab.json.
type Record struct {
	Format   int            `json:"format"`
	Provider string         `json:"provider"`
	Lab      string         `json:"lab"`
	UID      string         `json:"uid"`     // random, never reused: tells two labs of one name apart
	Created  time.Time      `json:"created"` // UTC
	Plan     provision.Plan `json:"plan"`
	Ports    map[string]int `json:"ports"`            // by purpose, all on loopback
	RunDir   string         `json:"runDir,omitempty"` // where the sockets are if not in <lab>/run
}

// Load reads the record of lab. A lab without one is reason LAB_ABSENT, a newer
// format LAB_NEWER and anything that cannot be understood LAB_UNREADABLE.
func Load(lab provision.Lab) (Record, error) {
	path := filepath.Join(lab.Dir, Name)
	data, err := os.ReadFile(path) //nolint:gosec // the lab's own file
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Record{}, reason.New(reason.LabAbsent, err, "lab", lab.Name)
	case err != nil:
		return Record{}, unreadable(lab, path, err)
	}
	record, err := decode(data)
	var newer *newerError
	switch {
	case errors.As(err, &newer):
		return Record{}, reason.New(reason.LabNewer, err, "lab", lab.Name,
			"found", strconv.Itoa(newer.found), "known", strconv.Itoa(Format))
	case err != nil:
		return Record{}, unreadable(lab, path, err)
	}
	return record, nil
}

func unreadable(lab provision.Lab, path string, err error) error {
	detail := err.Error()
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		detail = pathErr.Err.Error() // the path stands in the message already
	}
	return reason.New(reason.LabUnreadable, err, "lab", lab.Name, "path", path, "detail", detail)
}

type newerError struct{ found int }

func (e *newerError) Error() string { return fmt.Sprintf("format %d, known is %d", e.found, Format) }

// decode is strict, but looks at the format first: a newer record may have
// fields this build has never heard of.
func decode(data []byte) (Record, error) {
	var head struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return Record{}, fmt.Errorf("not a lab record: %w", err)
	}
	if head.Format > Format {
		return Record{}, &newerError{found: head.Format}
	}
	var record Record
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&record); err != nil {
		return Record{}, fmt.Errorf("not a lab record: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Record{}, errors.New("something follows the lab record")
	}
	return record, record.validate()
}

func (r Record) validate() error {
	switch {
	case r.Format < 1:
		return errors.New("format is missing")
	case r.Provider == "":
		return errors.New("provider is missing")
	case r.UID == "":
		return errors.New("uid is missing")
	case len(r.Plan.Nodes) == 0:
		return errors.New("plan has no nodes")
	case !r.Plan.PodCIDR.IsValid() || !r.Plan.ServiceCIDR.IsValid():
		return errors.New("plan has no address ranges")
	case r.RunDir != "" && !filepath.IsAbs(r.RunDir):
		return errors.New("runDir is not absolute")
	}
	for purpose, port := range r.Ports {
		if port < 1 || port > 65535 {
			return fmt.Errorf("port %d of %s is out of range", port, purpose)
		}
	}
	return nil
}

// Save writes the record into the lab's directory, which must exist.
func Save(lab provision.Lab, record Record) error {
	data, err := json.MarshalIndent(record, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding lab record: %w", err)
	}
	return safefile.Write(filepath.Join(lab.Dir, Name), append(data, '\n'))
}
