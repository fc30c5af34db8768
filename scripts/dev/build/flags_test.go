package main

import (
	"strings"
	"testing"
	"time"
)

func TestVersionFlags(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 10, 27, 21, 1, 4, 0, time.FixedZone("KST", 9*3600))
	got, err := versionFlags("v1.37.2", at)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"gitVersion=v1.37.2", "gitMajor=1", "gitMinor=37", "buildDate=2026-10-27T12:01:04Z", "gitTreeState=clean"} {
		if !strings.Contains(got, "version."+want) {
			t.Errorf("flags lack %s: %s", want, got)
		}
	}
	for _, bad := range []string{"", "1.37.2", "v1.37"} {
		if _, err := versionFlags(bad, at); err == nil {
			t.Errorf("versionFlags(%q) accepted what is no release", bad)
		}
	}
}

func TestDecodeStale(t *testing.T) {
	t.Parallel()
	const list = `{"ImportPath":"fresh"} {"ImportPath":"old","Stale":true} {"ImportPath":"m/cmd/labctl"}`
	got, err := decodeStale(strings.NewReader(list))
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got["old"] != 1 || got["m/cmd/labctl"] != 1 {
		t.Errorf("stale packages = %v, want old and the program", got)
	}
	if _, err := decodeStale(strings.NewReader(`{"ImportPath":`)); err == nil {
		t.Error("a cut listing was accepted")
	}
}
