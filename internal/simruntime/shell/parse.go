package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// parse reads a program and renames the parameters that would show the machine
// the interpreter runs on.
func parse(text, name string) (*syntax.File, error) {
	file, err := syntax.NewParser().Parse(strings.NewReader(text), name)
	if err != nil {
		return nil, err
	}
	syntax.Walk(file, func(node syntax.Node) bool {
		if exp, ok := node.(*syntax.ParamExp); ok && exp.Param != nil {
			switch exp.Param.Value {
			case "$":
				exp.Param.Value, exp.Short = pidVar, false
			case "PPID":
				exp.Param.Value, exp.Short = parentVar, false
			case "0":
				exp.Param.Value, exp.Short = zeroVar, false
			}
		}
		return true
	})
	return file, nil
}
