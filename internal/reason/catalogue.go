package reason

import (
	"slices"

	"github.com/labctl-dev/labctl/internal/i18n"
)

// The identifiers. Each has exactly one entry in the catalogue below.
const (
	Internal        ID = "INTERNAL"
	UsageWrong      ID = "USAGE"
	Interrupt       ID = "INTERRUPTED"
	LabNotRunning   ID = "LAB_NOT_RUNNING"
	LabAbsent       ID = "LAB_ABSENT"
	LabBusy         ID = "LAB_BUSY"
	LabNewer        ID = "LAB_NEWER"
	LabUnreadable   ID = "LAB_UNREADABLE"
	LabNameWrong    ID = "LAB_NAME"
	PortBusy        ID = "PORT_BUSY"
	DiskFull        ID = "DISK_FULL"
	NoPermission    ID = "NO_PERMISSION"
	CannotWrite     ID = "CANNOT_WRITE"
	PlaneMissing    ID = "PLANE_MISSING"
	ComponentFailed ID = "COMPONENT_FAILED"
	NotReadyInTime  ID = "NOT_READY_IN_TIME"
	CourseInvalid   ID = "COURSE_INVALID"
	LessonUnknown   ID = "LESSON_UNKNOWN"
	ChecksFailed    ID = "CHECKS_FAILED"
	ToolFailed      ID = "TOOL_FAILED"
	KubeconfigBad   ID = "KUBECONFIG_BAD"
)

// Lookup returns the entry for id.
func Lookup(id ID) (Reason, bool) {
	for _, entry := range Catalogue() {
		if entry.ID == id {
			return entry, true
		}
	}
	return Reason{}, false
}

// Catalogue lists every reason, in the order of the reference page.
func Catalogue() []Reason {
	return slices.Concat(general(), lab(), embedded(), commandLine(), learn())
}

func general() []Reason {
	return []Reason{
		{
			Internal, Software,
			i18n.Text{KO: "labctl 안에서 예상하지 못한 문제가 생겼습니다.", EN: "labctl met a problem it did not expect."},
			i18n.Text{KO: "같은 명령을 한 번 더 실행해 보고, 또 생기면 이 메시지와 `labctl version` 출력을 함께 알려 주세요.", EN: "Run the command once more; if it happens again, report this message with the output of `labctl version`."},
		},
		{
			UsageWrong, Usage,
			i18n.Text{KO: "명령을 이해하지 못했습니다: {detail}", EN: "The command was not understood: {detail}"},
			i18n.Text{KO: "`{help}` 로 쓸 수 있는 명령과 옵션을 확인하세요.", EN: "See `{help}` for the commands and flags there are."},
		},
		{
			Interrupt, Interrupted,
			i18n.Text{KO: "중단했습니다.", EN: "Interrupted."},
			i18n.Text{KO: "같은 명령을 다시 실행하면 멈춘 곳부터 이어집니다.", EN: "Run the same command again to go on from there."},
		},
		{
			CourseInvalid, DataErr,
			i18n.Text{KO: "강의 파일에 잘못된 곳이 있습니다:\n{problems}", EN: "The course files have mistakes:\n{problems}"},
			i18n.Text{KO: "위에 적힌 파일과 항목을 고친 뒤 다시 실행하세요.", EN: "Mend the files and fields named above, then run the command again."},
		},
		{
			LessonUnknown, NoInput,
			i18n.Text{KO: "`{lesson}` 이라는 단원은 없습니다.", EN: "There is no lesson `{lesson}`."},
			i18n.Text{KO: "`labctl course list` 로 단원 번호를 확인하세요.", EN: "See the lesson numbers with `labctl course list`."},
		},
		{
			ChecksFailed, NotPassed,
			i18n.Text{KO: "아직 통과하지 못한 항목이 있습니다.", EN: "Some checks have not passed yet."},
			i18n.Text{KO: "위의 안내를 따라 고친 뒤 `labctl check {lesson}` 을 다시 실행하세요. 막히면 `labctl hint {lesson}` 을 써 보세요.", EN: "Follow the advice above and run `labctl check {lesson}` again; `labctl hint {lesson}` helps when you are stuck."},
		},
		{
			ToolFailed, Software,
			i18n.Text{KO: "`{command}` 실행이 실패했습니다: {detail}", EN: "`{command}` failed: {detail}"},
			i18n.Text{KO: "위 출력의 마지막 줄을 확인하세요.", EN: "Look at the last lines of its output above."},
		},
		{
			KubeconfigBad, DataErr,
			i18n.Text{KO: "kubeconfig 파일 {path} 을(를) 읽을 수 없습니다: {detail}", EN: "The kubeconfig file {path} cannot be read: {detail}"},
			i18n.Text{KO: "파일을 고치거나 다른 곳으로 옮긴 뒤 다시 실행하세요. labctl은 이 파일을 바꾸지 않았습니다.", EN: "Mend the file or move it away and run the command again. labctl has not changed it."},
		},
		{
			DiskFull, CantCreate,
			i18n.Text{KO: "디스크가 가득 차서 {path} 에 쓸 수 없습니다.", EN: "The disk is full: {path} cannot be written."},
			i18n.Text{KO: "공간을 비운 뒤 같은 명령을 다시 실행하세요. 지금까지 만든 것은 그대로 있습니다. `LABCTL_HOME` 으로 다른 디스크를 쓸 수도 있습니다.", EN: "Free some space and run the same command again; nothing was lost. `LABCTL_HOME` can point to another disk."},
		},
		{
			NoPermission, CantCreate,
			i18n.Text{KO: "{path} 에 쓸 권한이 없습니다.", EN: "There is no permission to write {path}."},
			i18n.Text{KO: "그 위치의 소유자와 권한을 확인하거나 `LABCTL_HOME` 을 내 폴더로 지정하세요. sudo는 필요하지 않습니다.", EN: "Check who owns that place, or set `LABCTL_HOME` to a folder of yours. sudo is not needed."},
		},
		{
			CannotWrite, CantCreate,
			i18n.Text{KO: "{path} 을(를) 쓰지 못했습니다.", EN: "{path} could not be written."},
			i18n.Text{KO: "디스크와 폴더 권한을 확인한 뒤 같은 명령을 다시 실행하세요.", EN: "Check the disk and the folder's permissions, then run the same command again."},
		},
	}
}
