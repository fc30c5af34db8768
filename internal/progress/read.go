package progress

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/labctl-dev/labctl/internal/reason"
)

// History is a record as read.
type History struct {
	Entries []Entry
	Broken  int // 1-based line where the hash chain breaks first; 0 if it holds
	torn    []byte
	ragged  bool // the last line is whole but lacks its newline
	version int  // highest format version met
}

// Read returns what the record holds. A torn last line, left by a crash or a
// full disk, is passed over; an unreadable line in the middle breaks the chain
// but loses no other line. No file means no entries.
func (l *Log) Read() (History, error) {
	data, err := os.ReadFile(l.path)
	if errors.Is(err, fs.ErrNotExist) {
		return History{}, nil
	}
	if err != nil {
		return History{}, reason.New(reason.ProgressUnreadable, err, "path", l.path, "detail", err.Error())
	}
	return parse(data), nil
}

func parse(data []byte) History {
	var h History
	prev := ""
	for number := 1; len(data) > 0; number++ {
		line, rest, whole := bytes.Cut(data, []byte("\n"))
		data = rest
		var entry Entry
		err := json.Unmarshal(line, &entry)
		if err != nil && !whole {
			h.torn = bytes.Clone(line)
			return h
		}
		h.ragged = !whole
		if err != nil || !entry.follows(prev) {
			if h.Broken == 0 {
				h.Broken = number
			}
			if err != nil {
				continue
			}
		}
		prev = entry.Hash
		h.version = max(h.version, entry.Version)
		h.Entries = append(h.Entries, entry)
	}
	return h
}

func (e Entry) follows(prev string) bool {
	sum, err := e.sum()
	return err == nil && e.Prev == prev && e.Hash == sum
}

// Verify returns an error naming the line where the chain breaks.
func (h History) Verify() error {
	if h.Broken > 0 {
		return fmt.Errorf("line %d does not follow from the line before: the record was changed or damaged there", h.Broken)
	}
	return nil
}
