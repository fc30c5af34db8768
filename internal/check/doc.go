// Package check owns one assertion about a cluster: its specification, the
// objects it binds, its verbs, the three-valued verdict and the explanation of
// a failure. It looks at the world only through the interfaces of World; it must
// not know lessons, files, points policy or terminals, and never changes a
// cluster.
package check
