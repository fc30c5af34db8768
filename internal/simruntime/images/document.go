package images

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/distribution/reference"
)

// document is a catalogue file.
type document struct {
	Version int             `json:"version"`
	Bases   map[string]base `json:"bases"`
	Images  []entry         `json:"images"`
}

// base is a set of files several images share.
type base struct {
	Base     string              `json:"base"`     // what it builds on itself
	Programs map[string][]string `json:"programs"` // directory: NAME or NAME=PROGRAM
	Folder   string              `json:"folder"`   // below files/
	Files    map[string]string   `json:"files"`    // path: content
	Scripts  map[string]string   `json:"scripts"`  // path: content, executable
	Links    map[string]string   `json:"links"`    // path: target
	Dirs     []string            `json:"dirs"`
}

// entry is one image at all its tags.
type entry struct {
	Name         string   `json:"name"`
	Repositories []string `json:"repositories"` // normalised, without tag
	Default      string   `json:"default"`      // the tag shown in lists; "latest" when empty
	Tags         []tag    `json:"tags"`         // the first that matches counts
	Size         uint64   `json:"size"`         // MiB
	Memory       uint64   `json:"memory"`       // MiB
	Entrypoint   []string `json:"entrypoint"`
	Cmd          []string `json:"cmd"`
	Env          []string `json:"env"` // {version} stands for the tag's version
	WorkDir      string   `json:"workdir"`
	User         string   `json:"user"`
	StopSignal   string   `json:"stopSignal"`
	Ports        []int    `json:"ports"`
	base         `json:",inline"`
}

// tag is one family of tags.
type tag struct {
	Match    string            `json:"match"`    // regular expression over the whole tag; a group named version is the version
	Base     string            `json:"base"`     // replaces the entry's base
	Version  string            `json:"version"`  // when the tag does not say it
	Versions map[string]string `json:"versions"` // short version: full version

	pattern *regexp.Regexp
}

func (e entry) defaultTag() string {
	if e.Default == "" {
		return "latest"
	}
	return e.Default
}

// version returns the version a tag stands for.
func (t tag) versionOf(name string) string {
	version := t.Version
	if at := t.pattern.SubexpIndex("version"); at > 0 {
		version = t.pattern.FindStringSubmatch(name)[at]
	}
	if full, ok := t.Versions[version]; ok {
		return full
	}
	return version
}

// check reports everything that is wrong with doc.
func (c *Catalogue) check(doc document) error {
	var errs []error
	if doc.Version != 1 {
		errs = append(errs, fmt.Errorf("version is %d, this labctl reads version 1", doc.Version))
	}
	for _, name := range slices.Sorted(maps.Keys(doc.Bases)) {
		errs = append(errs, c.checkBase("base "+name, doc.Bases[name]))
	}
	for _, e := range doc.Images {
		errs = append(errs, c.checkEntry(e))
	}
	return errors.Join(errs...)
}

func (c *Catalogue) checkEntry(e entry) error {
	where := "image " + e.Name
	errs := []error{c.checkBase(where, e.base)}
	if e.Name == "" || len(e.Repositories) == 0 || len(e.Tags) == 0 {
		errs = append(errs, fmt.Errorf("%s: name, repositories and tags are needed", where))
	}
	if len(e.Entrypoint)+len(e.Cmd) == 0 {
		errs = append(errs, fmt.Errorf("%s: entrypoint or cmd is needed", where))
	}
	for _, repository := range e.Repositories {
		named, err := reference.ParseNormalizedNamed(repository)
		if err != nil || named.String() != repository {
			errs = append(errs, fmt.Errorf("%s: repository %q is not in full form, such as docker.io/library/nginx", where, repository))
		}
	}
	for _, t := range e.Tags {
		if _, err := regexp.Compile(t.Match); err != nil {
			errs = append(errs, fmt.Errorf("%s: tag %q: %w", where, t.Match, err))
		}
		if _, ok := c.bases[t.Base]; !ok && t.Base != "" {
			errs = append(errs, fmt.Errorf("%s: tag %q: unknown base %q", where, t.Match, t.Base))
		}
	}
	return errors.Join(errs...)
}

func (c *Catalogue) checkBase(where string, b base) error {
	var errs []error
	seen := map[string]bool{}
	for name := b.Base; name != ""; name = c.bases[name].Base {
		if _, ok := c.bases[name]; !ok || seen[name] {
			errs = append(errs, fmt.Errorf("%s: base %q is unknown or builds on itself", where, name))
			break
		}
		seen[name] = true
	}
	for dir, names := range b.Programs {
		for _, name := range names {
			if _, program := splitProgram(name); !c.launcher.knows(program) {
				errs = append(errs, fmt.Errorf("%s: %s: there is no program %q", where, dir, program))
			}
		}
	}
	for _, list := range []map[string]string{b.Files, b.Scripts, b.Links} {
		for name := range list {
			if !path.IsAbs(name) || path.Clean(name) != name {
				errs = append(errs, fmt.Errorf("%s: %q is not an absolute clean path", where, name))
			}
		}
	}
	return errors.Join(errs...)
}

// splitProgram reads NAME or NAME=PROGRAM.
func splitProgram(s string) (name, program string) {
	name, program, ok := strings.Cut(s, "=")
	if !ok {
		program = name
	}
	return name, program
}
