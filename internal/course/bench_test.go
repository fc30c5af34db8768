package course_test

import (
	"testing"

	"github.com/labctl-dev/labctl/internal/course"
	"github.com/labctl-dev/labctl/labs"
)

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := course.Load(labs.Files()); err != nil {
			b.Fatal(err)
		}
	}
}
