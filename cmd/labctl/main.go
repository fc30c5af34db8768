// Command labctl builds a Kubernetes lab and teaches on it.
package main

import (
	"os"

	"github.com/labctl-dev/labctl/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
