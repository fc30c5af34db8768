package shell_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/labctl-dev/labctl/internal/simruntime/images/imagetest"
	"github.com/labctl-dev/labctl/internal/simruntime/vfs"
)

func TestScripts(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, script, want string }{
		{"cd", "cd /etc && pwd; cd ..; pwd; cd /usr/share/nginx; cd html; pwd; cd -", "/etc\n/\n/usr/share/nginx/html\n/usr/share/nginx\n"},
		{"pwd -P", "cd /var/run; pwd; pwd -P", "/var/run\n/run\n"},
		{"glob", "cd /etc/nginx; echo *.conf conf.d/*; echo /nope/*", "nginx.conf conf.d/default.conf\n/nope/*\n"},
		{"redirect", "echo a > /tmp/x; echo b >> /tmp/x; cat < /tmp/x; cat /tmp/none 2>/dev/null || echo no", "a\nb\nno\n"},
		{"test", "test -f /etc/passwd && echo f; [ -d /etc ] && echo d; [ -e /nope ] || echo e; [[ -x /bin/sh ]] && echo x; [ -O /etc ]; echo o", "f\nd\ne\nx\no\n"},
		{"subst", "x=$(cat /etc/group | wc -l); echo n=$x; echo $((x+1))", "n=3\n4\n"},
		{"pipe", "printf 'b\\na\\nb\\n' | sort | uniq -c | grep b", "      2 b\n"},
		{"status", "false; echo $?; sh -c 'exit 3'; echo $?; nosuch 2>/dev/null; echo $?", "1\n3\n127\n"},
		{"background", "sleep 0 & wait; echo done", "done\n"},
		{"loop", "for i in 1 2 3; do [ $i = 2 ] && continue; echo $i; done; i=0; while [ $i -lt 2 ]; do i=$((i+1)); done; echo $i", "1\n3\n2\n"},
		{"function", "f() { echo hi $1; return 4; }; f you; echo $?", "hi you\n4\n"},
		{"here", "cat <<E\nx $HOSTNAME\nE", "x web-1\n"},
		{"parameters", "echo $0 $1 $# $$", "me one 1 7\n"},
		{"eval", "eval 'echo $$ $PPID'", "7 0\n"},
		{"source", "echo 'v=42' > /tmp/s; . /tmp/s; echo $v; cd /tmp; . ./s; . s; echo $v", "42\n42\n"},
		{"script file", "printf '#!/bin/sh\\necho in $0 $1\\n' > /tmp/s.sh; chmod +x /tmp/s.sh; /tmp/s.sh a; cd /tmp; ./s.sh b", "in /tmp/s.sh a\nin ./s.sh b\n"},
		{"no shebang", "echo 'echo plain' > /tmp/p; chmod 755 /tmp/p; /tmp/p", "plain\n"},
		{"command -v", "command -v cat; command -v cd; command -v nosuch; echo $?; type sh", "/bin/cat\ncd\n127\nsh is /bin/sh\n"},
		{"echo -ne", `echo -ne 'a\tb\n'; echo -e 'c\nd'`, "a\tb\nc\nd\n"},
		{"export", "export A=1; B=2; env | grep -E '^[AB]='; A=3 printenv A", "A=1\n3\n"},
		{"exec", "exec echo gone; echo never", "gone\n"},
		{"exit trap", "trap 'echo bye' EXIT; echo hi", "hi\nbye\n"},
		{"set -e", "set -e; false; echo never", ""},
		{"removed program", "rm /usr/bin/wc; wc /etc/passwd 2>&1", "sh: wc: not found\n"},
		{"copied program", "cp /bin/echo /tmp/say; /tmp/say hi", "hi\n"},
		{"umask and tilde", "umask; echo ~ ~root ~games", "0022\n/root /root ~games\n"},
		{"stdout by name", "echo x > /dev/stdout; echo y > /dev/stderr", "x\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			container := imagetest.New(t, "nginx")
			_, out, errs := container.Exec(t, "sh", "-c", c.script, "me", "one")
			if out != c.want {
				t.Errorf("got %q, want %q; stderr %q", out, c.want, errs)
			}
		})
	}
}

func TestComplaints(t *testing.T) {
	t.Parallel()
	cases := []struct {
		args []string
		code int
		want string
	}{
		{[]string{"sh", "-c", "foo"}, 127, "sh: foo: not found\n"},
		{[]string{"bash", "-c", "foo"}, 127, "bash: foo: command not found\n"},
		{[]string{"sh", "-c", "/etc/passwd"}, 126, "sh: /etc/passwd: Permission denied\n"},
		{[]string{"sh", "-c", "cat < /none"}, 1, "sh: can't open /none: No such file or directory\n"},
		{[]string{"sh", "-c", "echo > /no/dir"}, 1, "sh: can't create /no/dir: No such file or directory\n"},
		{[]string{"sh", "/none.sh"}, 127, "sh: can't open '/none.sh': No such file or directory\n"},
		{[]string{"sh", "-Z"}, 2, "sh: illegal option -Z\n"},
		{[]string{"nosuch"}, 127, "exec: \"nosuch\": executable file not found in $PATH\n"},
		{[]string{"/nosuch"}, 127, "exec: \"/nosuch\": stat /nosuch: no such file or directory\n"},
		{[]string{"/etc"}, 126, "exec: \"/etc\": is a directory\n"},
	}
	container := imagetest.New(t, "nginx")
	for _, c := range cases {
		code, _, errs := container.Exec(t, c.args...)
		if code != c.code || errs != c.want {
			t.Errorf("%q: %d %q, want %d %q", c.args, code, errs, c.code, c.want)
		}
	}
	if code, _, errs := container.Exec(t, "sh", "-c", "if"); code != 2 || !strings.HasPrefix(errs, "sh: syntax error") {
		t.Errorf("syntax error: %d %q", code, errs)
	}
}

// No word of a script may reach the machine the test runs on.
func TestConfined(t *testing.T) {
	t.Parallel()
	host := t.TempDir()
	secret := filepath.Join(host, "secret")
	if err := os.WriteFile(secret, []byte("host secret\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	volume := filepath.Join(host, "vol")
	if err := os.Mkdir(volume, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"up": "../secret", "abs": secret, "dir": ".."} {
		if err := os.Symlink(target, filepath.Join(volume, name)); err != nil {
			t.Fatal(err)
		}
	}
	container := imagetest.New(t, "nginx", vfs.Mount{HostPath: volume, ContainerPath: "/vol"})
	scripts := []string{
		"cat " + secret, "cat < " + secret, "cd " + host + " && ls", ". " + secret, "source " + secret,
		"echo $(< " + secret + ")", "test -f " + secret + " && echo host", "[ -d " + host + " ] && echo host",
		"[[ -e " + secret + " ]] && echo host", "echo " + host + "/*", secret, "exec " + secret,
		"command -v " + secret, "type " + secret, "PATH=" + host + "; secret", "PATH=" + host + "; . secret",
		"cat /vol/up", "cat /vol/abs", "cat /vol/dir/secret", "cd /vol/dir && cat secret", "sh " + secret,
		"cat ../../../../../../.." + secret, "cp " + secret + " /tmp/x && cat /tmp/x",
		"cd " + host + "; pwd -P", "mapfile -t a < " + secret + "; echo ${a[0]}", "read a < " + secret + "; echo $a",
		"TMPDIR=/tmp; cat <(echo host)", "eval 'cat <(echo host)'", "echo host > >(cat)", "cat < /tmp/sh-interp-1",
		"echo x > " + host + "/made", "cat ~nobody/x", "builtin pwd -P | grep " + host, "command . " + secret,
	}
	for _, script := range scripts {
		_, out, _ := container.Exec(t, "bash", "-c", script)
		if strings.Contains(out, "host secret") || strings.Contains(out, "host\n") || strings.Contains(out, "secret\nvol") {
			t.Errorf("%s: %q", script, out)
		}
	}
	left, err := os.ReadDir(host)
	if err != nil || len(left) != 2 {
		t.Errorf("the host's directory holds %v, %v", left, err)
	}
	fifos, err := filepath.Glob(filepath.Join(os.TempDir(), "sh-interp-*")) //nolint:usetesting // where the interpreter would make them
	if err != nil || len(fifos) > 0 {
		t.Errorf("the interpreter made %v on the host", fifos)
	}
	_, out, _ := container.Exec(t, "sh", "-c", "cat ../../../../etc/passwd; echo $UID $$; cat /etc/hostname")
	if !strings.HasPrefix(out, "root:x:0:0") || !strings.HasSuffix(out, "0 7\n") {
		t.Errorf("the container's own file: %q", out)
	}
}

func TestStandardInputIsShared(t *testing.T) {
	t.Parallel()
	container := imagetest.New(t, "busybox")
	p, out, errs := container.Process("sh")
	p.Stdin = strings.NewReader("read a b\none two three\necho $b\nif true\nthen echo in; fi\ncat\nline\nexit 5\n")
	if code := container.Image.Run(t.Context(), p); code != 0 {
		t.Errorf("code %d, stderr %q", code, errs)
	}
	if out.String() != "two three\nin\nline\nexit 5\n" {
		t.Errorf("%q", out)
	}
}

func TestTerminal(t *testing.T) {
	t.Parallel()
	container := imagetest.New(t, "busybox")
	p, out, _ := container.Process("sh")
	keys, typing := io.Pipe()
	p.Stdin, p.TTY = keys, true
	_, wait := container.Start(t, p)
	press := func(text string) {
		t.Helper()
		if _, err := io.WriteString(typing, text); err != nil {
			t.Fatal(err)
		}
	}
	out.WaitFor(t, "/ # ")
	press("echo 한글x\x7f\x7f국\r")
	out.WaitFor(t, "echo 한글x\b \b\b\b  \b\b국\r\n한국\r\n/ # ")
	press("cd /etc\r")
	out.WaitFor(t, "/etc # ")
	press("echo asleep; sleep 1000\r")
	out.WaitFor(t, "\r\nasleep\r\n")
	press("\x03")
	out.WaitFor(t, "^C\r\n/etc # ")
	press("echo code=$?\r")
	out.WaitFor(t, "code=130\r\n")
	press("cat\rhello\r")
	out.WaitFor(t, "hello\r\nhello\r\n")
	press("\x04")
	out.WaitFor(t, "hello\r\nhello\r\n/etc # ")
	press("echo after\r")
	out.WaitFor(t, "after\r\nafter\r\n/etc # ")
	press("half\x03")
	out.WaitFor(t, "half^C\r\n/etc # ")
	press("\x1b[A\r")
	out.WaitFor(t, "half^C\r\n/etc # echo after\r\nafter\r\n/etc # ")
	press("if true\r")
	out.WaitFor(t, "if true\r\n> ")
	press("then echo multi; fi\r")
	out.WaitFor(t, "> then echo multi; fi\r\nmulti\r\n")
	press("\x04")
	if code := wait(); code != 0 {
		t.Errorf("code %d", code)
	}
}

func TestSignals(t *testing.T) {
	t.Parallel()
	t.Run("an exec'ed shell ends", func(t *testing.T) {
		t.Parallel()
		container := imagetest.New(t, "busybox")
		p, out, _ := container.Process("sh", "-c", "echo up; sleep 1000")
		signals, wait := container.Start(t, p)
		out.WaitFor(t, "up")
		signals <- syscall.SIGTERM
		if code := wait(); code != 143 {
			t.Errorf("code %d", code)
		}
	})
	t.Run("trap", func(t *testing.T) {
		t.Parallel()
		container := imagetest.New(t, "busybox")
		p, out, _ := container.Process("sh", "-c", "trap 'echo bye; exit 3' TERM; echo up; while true; do sleep 0.01; done")
		p.PID = 1
		signals, wait := container.Start(t, p)
		out.WaitFor(t, "up")
		signals <- syscall.SIGTERM
		if code := wait(); code != 3 || !strings.HasSuffix(out.String(), "bye\n") {
			t.Errorf("code %d, %q", code, out)
		}
	})
	t.Run("the first process ignores what it does not handle", func(t *testing.T) {
		t.Parallel()
		container := imagetest.New(t, "busybox")
		p, out, _ := container.Process("sh", "-c", "echo up; read x; echo got $x")
		p.PID = 1
		keys, typing := io.Pipe()
		p.Stdin = keys
		signals, wait := container.Start(t, p)
		out.WaitFor(t, "up")
		signals <- syscall.SIGTERM
		if _, err := io.WriteString(typing, "line\n"); err != nil {
			t.Fatal(err)
		}
		if code := wait(); code != 0 || !strings.HasSuffix(out.String(), "got line\n") {
			t.Errorf("code %d, %q", code, out)
		}
	})
}
