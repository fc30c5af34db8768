package progress

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/labctl-dev/labctl/internal/reason"
	"github.com/labctl-dev/labctl/internal/safefile"
)

// Append adds entries, all of them or none, and returns once they are on disk. A
// torn last line is first moved into a file of its own beside the record.
func (l *Log) Append(entries ...Entry) (err error) {
	if len(entries) == 0 {
		return nil
	}
	if err := safefile.MkdirAll(filepath.Dir(l.path)); err != nil {
		return err
	}
	file, err := os.OpenFile(l.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return safefile.Explain(l.path, err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := lock(file); err != nil {
		return safefile.Explain(l.path, err)
	}
	defer func() { err = errors.Join(err, unlock(file)) }()
	return l.write(file, entries)
}

func (l *Log) write(file *os.File, entries []Entry) error {
	history, err := l.Read()
	if err != nil {
		return err
	}
	if history.version > formatVersion {
		return reason.New(reason.ProgressNewer, nil, "path", l.path)
	}
	end, err := l.repair(file, history)
	if err != nil {
		return err
	}
	data, err := l.chain(history, entries)
	if err != nil {
		return err
	}
	if _, err := file.WriteAt(data, end); err != nil {
		// Leave the record as it was: a half line is worse than none.
		return safefile.Explain(l.path, errors.Join(err, file.Truncate(end)))
	}
	if err := file.Sync(); err != nil {
		return safefile.Explain(l.path, err)
	}
	return nil
}

// repair makes the file end with a whole line and returns its length.
func (l *Log) repair(file *os.File, history History) (int64, error) {
	info, err := file.Stat()
	if err != nil {
		return 0, safefile.Explain(l.path, err)
	}
	end := info.Size()
	if len(history.torn) == 0 {
		return end, nil
	}
	aside := l.path + ".torn-" + strconv.FormatInt(l.now().UTC().UnixNano(), 10)
	if err := safefile.Write(aside, history.torn); err != nil {
		return 0, err
	}
	end -= int64(len(history.torn))
	if err := file.Truncate(end); err != nil {
		return 0, safefile.Explain(l.path, err)
	}
	return end, nil
}

func (l *Log) chain(history History, entries []Entry) ([]byte, error) {
	prev := ""
	if n := len(history.Entries); n > 0 {
		prev = history.Entries[n-1].Hash
	}
	var out bytes.Buffer
	if history.ragged {
		out.WriteByte('\n')
	}
	for _, entry := range entries {
		entry.Version, entry.Prev = formatVersion, prev
		if entry.Time.IsZero() {
			entry.Time = l.now().UTC().Round(0)
		}
		sum, err := entry.sum()
		if err != nil {
			return nil, err
		}
		entry.Hash, prev = sum, sum
		data, err := json.Marshal(entry)
		if err != nil {
			return nil, fmt.Errorf("writing an entry: %w", err)
		}
		out.Write(append(data, '\n'))
	}
	return out.Bytes(), nil
}
