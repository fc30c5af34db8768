package images_test

import (
	"testing"

	"github.com/labctl-dev/labctl/internal/simruntime/images"
)

func load(t *testing.T, extra ...[]byte) *images.Catalogue {
	t.Helper()
	c, err := images.LoadWith(extra...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEveryEntryHasItsDefault(t *testing.T) {
	t.Parallel()
	all := load(t).All()
	if len(all) != 13 {
		t.Errorf("%d images of the catalogue can be listed", len(all))
	}
	for _, image := range all {
		argv0 := append(image.Config.Entrypoint, image.Config.Cmd...)[0]
		if err := image.Resolve(argv0, image.Config.Env); err != nil {
			t.Errorf("%s cannot start by itself: %v", image.Name, err)
		}
	}
}
