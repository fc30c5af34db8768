// Package proof holds the proof of every lesson's grader, on a real embedded
// lab, as a test. It contains tests only.
package proof
