package course_test

import (
	"errors"
	"io/fs"
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/labctl-dev/labctl/internal/course"
	"github.com/labctl-dev/labctl/labs"
)

const lessonFile = "ch2/2.1-pod/lesson.yaml"

// ours is the embedded course as a map tests can spoil.
func ours(t testing.TB) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(labs.Files(), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(labs.Files(), path)
		files[path] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func replace(t *testing.T, files fstest.MapFS, path, old, with string) {
	t.Helper()
	text := string(files[path].Data)
	if !strings.Contains(text, old) {
		t.Fatalf("%s does not hold %q", path, old)
	}
	files[path] = &fstest.MapFile{Data: []byte(strings.Replace(text, old, with, 1))}
}

func TestEveryMistakeIsNamed(t *testing.T) {
	t.Parallel()
	const ko, en = "ch2/2.1-pod/messages.ko.yaml", "ch2/2.1-pod/messages.en.yaml"
	edit := func(path, old, with string) func(*testing.T, fstest.MapFS) {
		return func(t *testing.T, files fstest.MapFS) { t.Helper(); replace(t, files, path, old, with) }
	}
	put := func(path, text string) func(*testing.T, fstest.MapFS) {
		return func(_ *testing.T, files fstest.MapFS) { files[path] = &fstest.MapFile{Data: []byte(text)} }
	}
	remove := func(path string) func(*testing.T, fstest.MapFS) {
		return func(_ *testing.T, files fstest.MapFS) { delete(files, path) }
	}
	tests := map[string]struct {
		spoil func(*testing.T, fstest.MapFS)
		want  []string // each must be in one line of the report
	}{
		"unknown field":      {edit(lessonFile, "minutes: 15", "minuts: 15"), []string{lessonFile + `:8: minuts: is not known here; did you mean "minutes"?`}},
		"unknown verb":       {edit(lessonFile, "        expect: ready(pod)", "        expct: ready(pod)"), []string{`checks[2].expct: is not known here; did you mean "expect"?`}},
		"unknown bind field": {edit(lessonFile, "pods: { kind: Pod }", "pods: { knd: Pod }"), []string{`bind.pods.knd: is not known here; did you mean "kind"?`, `"kind" is missing`}},
		"wrong type":         {edit(lessonFile, "points: 4", "points: four"), []string{"points: is of type string; write integer"}},
		"CEL":                {edit(lessonFile, "expect: ready(pod)", "expect: ready(pot)"), []string{"checks[2].expect: CEL does not compile", "undeclared reference to 'pot'"}},
		"step twice":         {edit(lessonFile, "- id: reach", "- id: create"), []string{`steps[2].id: "create" is the id of an earlier step`}},
		"check twice":        {edit(lessonFile, "- id: ready", "- id: image"), []string{`checks[2].id: "image" is the id of an earlier check`}},
		"later step":         {edit(lessonFile, "needs: [create]", "needs: [node]"), []string{`needs[0]: "node" is not an earlier step`}},
		"ability":            {edit(lessonFile, "pod-network", "pod-netwrk"), []string{`"pod-netwrk" is no ability of a lab; did you mean "pod-network"?`}},
		"message key":        {edit(lessonFile, "say: owned_pod", "say: owned_pods"), []string{`explain[0].say: there is no message "owned_pods"; did you mean "owned_pod"?`, "owned_pod: is never shown"}},
		"argument":           {edit(lessonFile, "with: { owner:", "with: { ownr:"), []string{`message "owned_pod" needs {owner}`}},
		"solution":           {edit(lessonFile, "show: solutions/imperative.sh, cost: 4", "show: solutions/none.sh, cost: 4"), []string{"solution.show: opening solutions/none.sh"}},
		"dear hints":         {edit(lessonFile, "say: hint_create_3, cost: 3", "say: hint_create_3, cost: 9"), []string{"hints: cost 16 points in all, the step gives 10"}},
		"cheaper hint":       {edit(lessonFile, "say: hint_create_1, cost: 1", "say: hint_create_1, cost: 3"), []string{"hints[1].cost: is cheaper than the hint before"}},
		"yaml":               {edit(lessonFile, "needs: [cluster", "needs: [[cluster"), []string{lessonFile + ":", "is not YAML"}},
		"field twice":        {edit(lessonFile, "minutes: 15", "minutes: 15\nminutes: 16"), []string{lessonFile + ":9: minutes: stands twice"}},
		"two documents":      {put(lessonFile, "a: 1\n---\nb: 2\n"), []string{"holds more than one document"}},
		"bomb":               {put(lessonFile, "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n"), []string{lessonFile + ":1: uses a YAML anchor or alias"}},
		"deep":               {put(lessonFile, strings.Repeat("[", 60)+strings.Repeat("]", 60)), []string{"nested too deeply"}},
		"empty":              {put(lessonFile, ""), []string{"is empty"}},
		"not text":           {put("ch2/2.1-pod/ko.md", "\xff\xfe"), []string{"is not UTF-8 text"}},
		"no Korean key":      {edit(ko, "t_ip:", "t_ipp:"), []string{`en.yaml:4: t_ip: has no Korean text`, "t_ipp: has no English text"}},
		"placeholders":       {edit(en, "a {owner} made", "somebody made"), []string{"owned_pod: has the placeholders [], the Korean text [{owner}]"}},
		"no translation":     {remove(en), []string{en + ": opening"}},
		"no prose":           {remove("ch2/2.1-pod/en.md"), []string{"ch2/2.1-pod/en.md: opening"}},
		"anchor":             {edit("ch2/2.1-pod/en.md", "{#reach}", "{#connect}"), []string{"en.md: has sections for the steps [create ip connect node], lesson.yaml has [create ip reach node]"}},
		"no anchor":          {edit("ch2/2.1-pod/ko.md", " {#reach}", ""), []string{"ko.md:", "has a heading without a step"}},
		"wide code":          {edit("ch2/2.1-pod/ko.md", "kubectl get pod\n", "kubectl get pod "+strings.Repeat("가", 40)+"\n"), []string{"code line wider than 76 columns"}},
		"wrong check":        {put("ch2/2.1-pod/wrong/pod-name/expect.yaml", "check: create/exist\nmessage: wrong_nam\n"), []string{`check: there is no check "create/exist"`, `message: there is no message "wrong_nam"`}},
		"wrong without run":  {remove("ch2/2.1-pod/wrong/pod-name/run.sh"), []string{"opening wrong/pod-name/run.sh"}},
		"out of the course":  {edit("course.yaml", "- ch2/2.1-pod", "- ../../etc"), []string{`course.yaml:14: chapters[0].lessons[0]: "../../etc" leads out of the course`}},
		"typo's lesson":      {edit("course.yaml", `in: "2.1", wrong: curi`, `in: "2.7", wrong: curi`), []string{`typos[1].in: there is no lesson "2.7"; did you mean "2.1"?`}},
		"shared twice":       {edit("messages/ko.yaml", "wrong_name:", "t_ip:"), []string{"t_ip: is a message of the whole course too"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := ours(t)
			test.spoil(t, files)
			_, err := course.Load(files)
			var problems course.Problems
			if !errors.As(err, &problems) {
				t.Fatalf("Load = %v, want problems", err)
			}
			for _, want := range test.want {
				if !strings.Contains(problems.Error(), want) {
					t.Errorf("the report lacks %q:\n%v", want, problems)
				}
			}
		})
	}
}

func TestAllProblemsAtOnce(t *testing.T) {
	t.Parallel()
	files := ours(t)
	replace(t, files, lessonFile, "expect: ready(pod)", "expect: ready(pot)")
	replace(t, files, lessonFile, "say: owned_pod", "say: nobody")
	replace(t, files, "ch2/2.1-pod/ko.md", "{#ip}", "{#address}")
	_, err := course.Load(files)
	var problems course.Problems
	if !errors.As(err, &problems) || len(problems) < 3 {
		t.Fatalf("got %v, want three problems or more", err)
	}
	for _, problem := range problems {
		if problem.What == "" || problem.Fix == "" {
			t.Errorf("%s says not what is wrong or how to mend it", problem)
		}
	}
}

func TestHostilePackages(t *testing.T) {
	t.Parallel()
	big := make([]byte, 1<<20+1)
	tests := map[string]struct {
		spoil func(fstest.MapFS)
		want  string
	}{
		"big file": {func(f fstest.MapFS) { f["ch2/big.yaml"] = &fstest.MapFile{Data: big} }, "is larger than 1 MiB"},
		"link": {func(f fstest.MapFS) {
			f["ch2/link"] = &fstest.MapFile{Mode: fs.ModeSymlink, Data: []byte("/etc/passwd")}
		}, "is a link or a device"},
		"device": {func(f fstest.MapFS) { f["ch2/pipe"] = &fstest.MapFile{Mode: fs.ModeNamedPipe} }, "is a link or a device"},
		"big in all": {func(f fstest.MapFS) {
			for i := range 17 {
				f["x/"+strings.Repeat("a", i+1)] = &fstest.MapFile{Data: big[:1<<20]}
			}
		}, "is larger than 16 MiB"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := ours(t)
			test.spoil(files)
			if _, err := course.Load(files); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Load = %v, want %q", err, test.want)
			}
		})
	}
}

func FuzzLesson(f *testing.F) {
	files := ours(f)
	f.Add(files[lessonFile].Data)
	f.Add([]byte("apiVersion: labctl.dev/v1\nkind: Lesson\nid: x\ntitle: {ko: a, en: b}\nsteps: [{id: a, checks: [{id: c, title: t, expect: '1'}]}]"))
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("steps: !!binary x\n? [a]: b"))
	f.Fuzz(func(t *testing.T, data []byte) {
		spoiled := fstest.MapFS{}
		maps.Copy(spoiled, files)
		spoiled[lessonFile] = &fstest.MapFile{Data: data}
		loadsOrExplains(t, spoiled)
	})
}

func FuzzMessages(f *testing.F) {
	files := ours(f)
	const path = "ch2/2.1-pod/messages.ko.yaml"
	f.Add(files[path].Data)
	f.Add([]byte("t_ip: {a: b}\nx: 1"))
	f.Add([]byte("- a\n- b"))
	f.Fuzz(func(t *testing.T, data []byte) {
		spoiled := fstest.MapFS{}
		maps.Copy(spoiled, files)
		spoiled[path] = &fstest.MapFile{Data: data}
		loadsOrExplains(t, spoiled)
	})
}

// loadsOrExplains demands a course or problems that name a file, never both,
// never a panic.
func loadsOrExplains(t *testing.T, files fs.FS) {
	t.Helper()
	c, err := course.Load(files)
	var problems course.Problems
	switch {
	case err == nil && c == nil:
		t.Fatal("neither a course nor an error")
	case err != nil && !errors.As(err, &problems):
		t.Fatalf("error is no list of problems: %v", err)
	}
	for _, problem := range problems {
		if problem.File == "" || problem.What == "" {
			t.Fatalf("problem without file or text: %+v", problem)
		}
	}
}
