package shellenv

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func input(kind Kind, command string) Input {
	return Input{
		Kind: kind, Command: command, Lab: "exam", Dir: "/s/shell", GOOS: "linux",
		Environ: []string{"PATH=/usr/bin", "KUBECONFIG=/mine", "HOME=/home/u", "http_proxy=http://corp:1"},
		Labctl:  "/opt/lab ctl/labctl", Plane: "/opt/lab ctl/labctl-plane",
		Kubeconfig: "/s/kubeconfig", ProxyURL: "http://lab:pw@127.0.0.1:3128",
	}
}

func TestKindOf(t *testing.T) {
	t.Parallel()
	tests := []struct {
		path string
		want Kind
		ok   bool
	}{
		{"/bin/bash", Bash, true},
		{"zsh", Zsh, true},
		{"/usr/bin/dash", Sh, true},
		{`C:\Program Files\PowerShell\7\pwsh.exe`, PowerShell, true},
		{`C:\Windows\System32\cmd.EXE`, Cmd, true},
		{"powershell", PowerShell, true},
		{"/bin/tcsh", "", false},
		{"", "", false},
	}
	for _, test := range tests {
		if got, ok := KindOf(test.path); got != test.want || ok != test.ok {
			t.Errorf("KindOf(%q) = %q, %v; want %q, %v", test.path, got, ok, test.want, test.ok)
		}
	}
}

func TestEnvironmentOfEveryShell(t *testing.T) {
	t.Parallel()
	for _, kind := range Kinds() {
		for _, command := range []string{"", "true"} {
			env := Plan(input(kind, command)).Env
			for _, want := range []string{
				"PATH=/s/shell/bin:/usr/bin", "KUBECONFIG=/s/kubeconfig", "LABCTL_LAB=exam", "HOME=/home/u",
				"http_proxy=http://lab:pw@127.0.0.1:3128", "HTTPS_PROXY=http://lab:pw@127.0.0.1:3128",
				"ALL_PROXY=http://lab:pw@127.0.0.1:3128", "no_proxy=127.0.0.1,localhost",
			} {
				if !slices.Contains(env, want) {
					t.Errorf("%s %q: the environment %q lacks %s", kind, command, env, want)
				}
			}
			names := map[string]int{}
			for _, entry := range env {
				name, _, _ := strings.Cut(entry, "=")
				if names[name]++; names[name] > 1 {
					t.Errorf("%s: %s is there twice", kind, name)
				}
			}
		}
	}
}

func TestArguments(t *testing.T) {
	t.Parallel()
	tests := []struct {
		kind    Kind
		command string
		want    []string
	}{
		{Bash, "", []string{"--rcfile", "/s/shell/bashrc", "-i"}},
		{Bash, "echo 'a b'", []string{"-c", "echo 'a b'"}},
		{Zsh, "", []string{"-i"}},
		{Fish, "", []string{"--interactive", "--init-command", "source '/s/shell/init.fish'"}},
		{PowerShell, "", []string{"-NoLogo", "-NoExit", "-Command", ". '/s/shell/init.ps1'"}},
		{PowerShell, "ls", []string{"-NoLogo", "-Command", "ls"}},
		{Cmd, "", []string{"/K"}},
		{Cmd, "dir", []string{"/D", "/C", "dir"}},
		{Sh, "", []string{"-i"}},
		{Sh, "ls", []string{"-c", "ls"}},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, Plan(input(test.kind, test.command)).Args); diff != "" {
			t.Errorf("%s %q: arguments differ (-want +got):\n%s", test.kind, test.command, diff)
		}
	}
}

func TestPromptsNameTheLab(t *testing.T) {
	t.Parallel()
	for _, kind := range Kinds() {
		launch := Plan(input(kind, ""))
		told := launch.Env
		for _, file := range launch.Files {
			told = append(told, file.Content)
		}
		all := strings.Join(told, "\n")
		if !strings.Contains(all, "(labctl:exam) ") && !strings.Contains(all, "$Clabctl:exam$F ") {
			t.Errorf("%s: nothing sets the prompt", kind)
		}
	}
}

func TestWindowsKeepsNamesApartByLetterOnlyOnce(t *testing.T) {
	t.Parallel()
	in := input(Cmd, "")
	in.GOOS, in.Environ = "windows", []string{`Path=C:\Windows`, "PROMPT=$G"}
	launch := Plan(in)
	var paths, proxies []string
	for _, entry := range launch.Env {
		switch name, _, _ := strings.Cut(strings.ToLower(entry), "="); name {
		case "path":
			paths = append(paths, entry)
		case "http_proxy":
			proxies = append(proxies, entry)
		}
	}
	if len(paths) != 1 || !strings.HasSuffix(paths[0], `bin;C:\Windows`) || len(proxies) != 1 {
		t.Errorf("PATH %q, http_proxy %q; want one of each", paths, proxies)
	}
	if !slices.Contains(launch.Env, "PROMPT=$Clabctl:exam$F $G") {
		t.Errorf("the environment %q lacks the prompt", launch.Env)
	}
	if got := launch.Files[0].Content; got != "@\"/opt/lab ctl/labctl-plane\" kubectl %*\r\n" {
		t.Errorf("kubectl.cmd is %q", got)
	}
}

func TestNoProxyVariablesWithoutAProxy(t *testing.T) {
	t.Parallel()
	in := input(Bash, "")
	in.ProxyURL = ""
	if env := Plan(in).Env; !slices.Contains(env, "http_proxy=http://corp:1") {
		t.Errorf("the user's own proxy is gone from %q", env)
	}
}

// TestRealShellsReadTheirFiles runs each shell of this machine for real: the
// user's own start-up file has set PATH, KUBECONFIG and the prompt against us.
func TestRealShellsReadTheirFiles(t *testing.T) {
	t.Parallel()
	tests := []struct {
		kind        Kind
		rc, content string
		ask         string
	}{
		{Bash, ".bashrc", "MINE=yes; export KUBECONFIG=/wrong; PS1='mine> '\n", "_labctl_prompt; _labctl_prompt; echo \"<$MINE|$KUBECONFIG|${PATH%%:*}|$PS1>\"\n"},
		{Zsh, ".zshrc", "MINE=yes; export KUBECONFIG=/wrong; PROMPT='mine> '\n", "echo \"<$MINE|$KUBECONFIG|${PATH%%:*}|$PROMPT>\"\n"},
		{Sh, ".shinit", "MINE=yes; export KUBECONFIG=/wrong; PS1='mine> '\n", "echo \"<$MINE|$KUBECONFIG|${PATH%%:*}|$PS1>\"\n"},
	}
	for _, test := range tests {
		t.Run(string(test.kind), func(t *testing.T) {
			t.Parallel()
			program, err := exec.LookPath(string(test.kind))
			if err != nil {
				t.Skipf("no %s on this machine", test.kind)
			}
			home := t.TempDir()
			in := input(test.kind, "")
			in.Dir = filepath.Join(t.TempDir(), "it's here")
			in.Environ = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "ENV=" + filepath.Join(home, ".shinit"), "TERM=dumb"}
			launch := Plan(in)
			write(t, filepath.Join(home, test.rc), test.content)
			for _, file := range launch.Files {
				write(t, file.Path, file.Content)
			}
			command := exec.CommandContext(t.Context(), program, launch.Args...)
			command.Env = launch.Env
			command.Stdin = strings.NewReader(test.ask + "exit\n")
			output, err := command.CombinedOutput()
			if err != nil {
				t.Fatalf("%v: %s", err, output)
			}
			want := "<yes|/s/kubeconfig|" + filepath.Join(in.Dir, "bin") + "|(labctl:exam) mine> >"
			if !strings.Contains(string(output), want) {
				t.Errorf("the shell said %q, want %q in it", output, want)
			}
		})
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// FuzzQuote holds that a POSIX shell reads back what quote wrote.
func FuzzQuote(f *testing.F) {
	for _, seed := range []string{"", "a b", "it's", `\`, "$(x)", "`x`", "가나다", "\n"} {
		f.Add(seed)
	}
	sh, err := exec.LookPath("sh")
	if err != nil {
		f.Skip("no sh on this machine")
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.ContainsRune(s, 0) {
			return // no argument can hold one
		}
		output, err := exec.CommandContext(t.Context(), sh, "-c", "printf %s "+quote(s)).Output()
		if err != nil || string(output) != s {
			t.Errorf("sh reads %q back as %q (%v)", s, output, err)
		}
	})
}
