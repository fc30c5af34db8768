package reason

// Exit is a process exit code of labctl. The numbers follow sysexits(3) where
// it has one; the generated page docs/reference/exit-codes.md lists them.
type Exit int

// Every exit code labctl uses.
const (
	OK          Exit = 0   // done as asked
	NotPassed   Exit = 1   // the tool worked; a check, grade or course test did not pass
	Usage       Exit = 64  // wrong flag, argument or combination
	DataErr     Exit = 65  // a lesson, course or state file is wrong
	NoInput     Exit = 66  // a named lesson, file or lab does not exist
	Unavailable Exit = 69  // the lab is not running, or a part of it is not
	Software    Exit = 70  // a defect of labctl
	OSErr       Exit = 71  // the operating system refused: processes, ports
	CantCreate  Exit = 73  // a file or directory could not be written: full disk, permission
	TempFail    Exit = 75  // another labctl is at work on the same lab; try again
	Config      Exit = 78  // lab made by a newer version, or settings that contradict
	Interrupted Exit = 130 // ended by Ctrl-C
)
