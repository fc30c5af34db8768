package execx

import (
	"bytes"
	"os"
	"strconv"
	"syscall"
)

func childAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// ended reports whether the process is a zombie. The state is the first field
// after the command's name in parentheses, which may hold anything (proc(5)).
func ended(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	name := bytes.LastIndexByte(stat, ')')
	return name >= 0 && bytes.HasPrefix(stat[name+1:], []byte(" Z"))
}
