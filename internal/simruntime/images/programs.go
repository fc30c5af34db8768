package images

import (
	"maps"

	"github.com/labctl-dev/labctl/internal/simruntime/app"
	"github.com/labctl-dev/labctl/internal/simruntime/command"
	"github.com/labctl-dev/labctl/internal/simruntime/process"
	"github.com/labctl-dev/labctl/internal/simruntime/shell"
)

// newLauncher knows every program an image may hold, by the name catalogue.yaml
// uses: the commands, the servers, and the shells, which start the others.
func newLauncher() *launcher {
	l := &launcher{programs: map[string]process.Program{}}
	maps.Copy(l.programs, command.All())
	maps.Copy(l.programs, app.All())
	l.programs["sh"] = shell.New(l)
	l.programs["bash"] = shell.New(l)
	return l
}
