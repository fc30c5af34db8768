// Package survive holds what must not harm a lab as tests: kill -9 of every
// process at every moment, two commands at once, full disks, busy ports. It
// contains tests only.
package survive
