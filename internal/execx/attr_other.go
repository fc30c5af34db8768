//go:build !linux

package execx

import "syscall"

func childAttr() *syscall.SysProcAttr { return groupAttr() }
