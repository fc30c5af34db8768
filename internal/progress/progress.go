// Package progress owns the learner's record: what was answered, tried, helped
// with and passed, as an append-only file of JSON lines chained by hashes. It
// survives crashes and shows tampering; it does not prevent it. It must not judge
// lessons.
package progress

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path/filepath"
	"time"
)

// Kind says what an Entry records.
type Kind string

// The kinds of entry.
const (
	Attempt  Kind = "attempt"  // a check of a lesson ran; Value says how it went
	Passed   Kind = "pass"     // a check passed for the first time, with Points
	Hint     Kind = "hint"     // hint number Index (from 0) was opened for Points
	Solution Kind = "solution" // the solution was opened for Points
	Answered Kind = "answer"   // Value was answered; the last one counts
)

// Entry is one line of the record. Version and the chain are filled by Append.
type Entry struct {
	Version int       `json:"v"` // of the format; 1
	Time    time.Time `json:"time"`
	Kind    Kind      `json:"kind"`
	Lesson  string    `json:"lesson"`
	Step    string    `json:"step,omitempty"`
	Check   string    `json:"check,omitempty"`
	Index   int       `json:"index,omitempty"`
	Points  int       `json:"points,omitempty"`
	Value   string    `json:"value,omitempty"`
	Prev    string    `json:"prev"` // Hash of the line before, "" in the first
	Hash    string    `json:"hash"` // of this line with Hash empty, SHA-256 in hex
}

const formatVersion = 1

func (e Entry) sum() (string, error) {
	e.Hash = ""
	data, err := json.Marshal(e)
	if err != nil {
		return "", fmt.Errorf("hashing an entry: %w", err)
	}
	digest := sha256.Sum256(data)
	return hex.EncodeToString(digest[:]), nil
}

// Log is the record in one directory. Several processes may append at once.
type Log struct {
	path string
	now  func() time.Time
}

// New names the record in dir; nothing is read or made yet.
func New(dir string, now func() time.Time) *Log {
	return &Log{path: filepath.Join(dir, "progress.jsonl"), now: now}
}

// Path is the record's file.
func (l *Log) Path() string { return l.path }
