package simruntime

import (
	"strconv"
	"strings"
	"syscall"

	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
)

const defaultStopSignal = "SIGTERM"

// stopSignalOf picks the signal that stops a container: the pod's, then the
// image's, then SIGTERM.
func stopSignalOf(asked runtimeapi.Signal, image string) string {
	if asked != runtimeapi.Signal_SIGNAL_RUNTIME_DEFAULT {
		return strings.TrimPrefix(asked.String(), "SIGNAL_")
	}
	if image != "" {
		return "SIG" + strings.TrimPrefix(strings.ToUpper(image), "SIG")
	}
	return defaultStopSignal
}

func criSignal(name string) runtimeapi.Signal {
	return runtimeapi.Signal(runtimeapi.Signal_value["SIGNAL_"+name])
}

// signalNumber returns Linux's number on every system: the programs are Linux
// programs, and Windows has no numbers for most. Unknown names are SIGTERM.
// See signal(7).
func signalNumber(name string) syscall.Signal {
	switch name {
	case "SIGHUP":
		return 1
	case "SIGINT":
		return 2
	case "SIGQUIT":
		return 3
	case "SIGABRT":
		return 6
	case "SIGKILL":
		return 9
	case "SIGUSR1":
		return 10
	case "SIGUSR2":
		return 12
	case "SIGALRM":
		return 14
	case "SIGCONT":
		return 18
	case "SIGWINCH":
		return 28
	case "SIGPWR":
		return 30
	}
	if offset, ok := strings.CutPrefix(strings.Replace(name, "+", "PLUS", 1), "SIGRTMINPLUS"); ok {
		if n, err := strconv.Atoi(offset); err == nil {
			return syscall.Signal(34 + n)
		}
	}
	return 15
}
