// Package tour holds what a learner does on a real embedded lab as tests: the
// lab must behave as Kubernetes does, seen through the product's own commands.
// It contains tests only.
package tour
