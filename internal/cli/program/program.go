// Package program owns handing the terminal over to another program: a shell or
// kubectl. It must not read its output: the program has the terminal to itself.
package program

import "fmt"

// Spec is a program to become.
type Spec struct {
	Path string   // absolute
	Args []string // without the program's own name
	Env  []string // the whole environment, "NAME=value"
}

// ExitError is the end of a program that had the terminal: labctl ends with the
// same code and says nothing more.
type ExitError struct {
	Code int
}

// Error says the code, for logs.
func (e *ExitError) Error() string { return fmt.Sprintf("program ended with exit code %d", e.Code) }
