// Package labctl carries the files that lie at the root of the repository inside
// the program, because Go embeds nothing from above a package. It must hold
// nothing else; its comment is the map of the repository.
//
//	cmd/labctl          the program people type: the companion and the provisioner; light
//	cmd/labctl-plane    the processes of an embedded lab in one program; all of Kubernetes
//	labs                the course: lessons, manifests, solutions and wrong answers; no Go to write
//	provision           how a lab comes to exist: the contract, the plan, one folder a provider
//	internal/cli        commands, flags, streams and exit codes; the only reader of the environment
//	internal/tui        what moves on a terminal
//	internal/…          the engine: course, check, grade, kube and so on, one noun a folder
//	internal/plane      what labctl-plane's first argument selects, with the three below it:
//	internal/node         one node: the real kubelet over
//	internal/simruntime   the simulated container runtime, and
//	internal/gateway      the one door between the lab's addresses and this computer
//	scripts/dev         what maintainers run; scripts/tools pins the linters
//	docs                architecture.md walks one `labctl up`; extending.md says where to add what;
//	                    decisions/ says why things are as they are
//
// Imports point one way, from cmd down to the leaves. The table of floors is in
// imports_test.go, the other rules the repository keeps about itself in repo_test.go.
package labctl

import _ "embed"

// VagrantfileTemplate is the only source of the Vagrantfile of a VM lab, a
// text/template to be executed with missingkey=error. Every string in its data
// must be a Ruby literal already: single-quoted, with \ and ' escaped, because
// Ruby runs #{…} inside double quotes.
//
//go:embed Vagrantfile.tmpl
var VagrantfileTemplate string
