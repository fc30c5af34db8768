package course

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/labctl-dev/labctl/internal/i18n"
)

// messages are texts by key, in every language.
type messages map[string]i18n.Text

// messageFile is one language's file: a flat mapping of keys to texts.
type messageFile struct {
	doc   *document
	texts map[string]string
}

func parseMessages(file string, data []byte) (messageFile, Problems) {
	doc, problems := parse(file, data)
	if len(problems) > 0 {
		return messageFile{}, problems
	}
	m, ok := doc.value.(map[string]any)
	if !ok {
		return messageFile{}, Problems{doc.problem(nil, "is not a mapping of keys to texts", "write `key: text` lines")}
	}
	f := messageFile{doc: doc, texts: map[string]string{}}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		text, ok := m[key].(string)
		switch {
		case !ok || strings.TrimSpace(text) == "":
			problems = append(problems, doc.problem([]string{key}, "is not a text", "write the sentence in quotes"))
		case !isKey(key):
			problems = append(problems, doc.problem([]string{key}, "is no message key", "use a-z, 0-9 and _"))
		}
		f.texts[key] = strings.TrimSpace(text)
	}
	return f, problems
}

// isKey says whether s is ^[a-z][a-z0-9_]{0,63}$. Compiling that costs more than
// reading all messages.
func isKey(s string) bool {
	if s == "" || len(s) > 64 || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool { return !isWord(r) && (r < '0' || r > '9') }) < 0
}

func isWord(r rune) bool { return r == '_' || ('a' <= r && r <= 'z') }

// placeholders lists every {name} in a text, sorted.
func placeholders(text string) []string {
	var found []string
	for {
		_, rest, ok := strings.Cut(text, "{")
		if !ok {
			break
		}
		text = rest
		end := strings.IndexFunc(rest, func(r rune) bool { return !isWord(r) })
		if end > 0 && rest[end] == '}' {
			found = append(found, "{"+rest[:end+1])
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// readMessages reads the two language files and demands that they agree. name
// makes a file name of a language.
func readMessages(fsys fs.FS, dir string, name func(i18n.Lang) string) (messages, map[string]Problem, Problems) {
	var problems Problems
	files := map[i18n.Lang]messageFile{}
	for _, lang := range i18n.Langs() {
		path := join2(dir, name(lang))
		data, err := readFile(fsys, path)
		if err != nil {
			problems = append(problems, Problem{File: path, What: err.Error(), Fix: "every language needs its messages"})
			continue
		}
		file, more := parseMessages(path, data)
		problems = append(problems, more...)
		files[lang] = file
	}
	if len(problems) > 0 {
		return messages{}, nil, problems
	}
	merged, where := messages{}, map[string]Problem{}
	ko, en := files[i18n.Korean], files[i18n.English]
	for _, key := range slices.Sorted(maps.Keys(ko.texts)) {
		merged[key] = i18n.Text{KO: ko.texts[key], EN: en.texts[key]}
		where[key] = ko.doc.problem([]string{key}, "", "")
		problems = append(problems, agree(key, ko, en)...)
	}
	for _, key := range slices.Sorted(maps.Keys(en.texts)) {
		if _, ok := ko.texts[key]; !ok {
			problems = append(problems, en.doc.problem([]string{key}, "has no Korean text", "add it to "+ko.doc.file))
		}
	}
	return merged, where, problems
}

func agree(key string, ko, en messageFile) Problems {
	english, ok := en.texts[key]
	if !ok {
		return Problems{ko.doc.problem([]string{key}, "has no English text", "add it to "+en.doc.file)}
	}
	if a, b := placeholders(ko.texts[key]), placeholders(english); !slices.Equal(a, b) {
		return Problems{en.doc.problem([]string{key}, fmt.Sprintf("has the placeholders %v, the Korean text %v", b, a), "use the same in both")}
	}
	return nil
}

func join2(dir, name string) string {
	if dir == "." || dir == "" {
		return name
	}
	return dir + "/" + name
}
