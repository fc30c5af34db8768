package command_test

import (
	"net/http"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/labctl-dev/labctl/internal/simruntime/command"
	"github.com/labctl-dev/labctl/internal/simruntime/images/imagetest"
)

type row struct {
	script string // run by sh, each word a command under test
	code   int
	out    string
	errs   string
}

func check(t *testing.T, ref string, rows []row) {
	t.Helper()
	for _, r := range rows {
		t.Run(r.script, func(t *testing.T) {
			t.Parallel()
			code, out, errs := imagetest.New(t, ref).Exec(t, "sh", "-c", r.script)
			if code != r.code || out != r.out || errs != r.errs {
				t.Errorf("%d %q %q, want %d %q %q", code, out, errs, r.code, r.out, r.errs)
			}
		})
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	const abc = `printf 'a\nb\nB\nc\n' | `
	check(t, "alpine", []row{
		{"/bin/echo -n x; /bin/echo -e 'a\\tb 100%'", 0, "xa\tb 100%\n", ""},
		{"/usr/bin/printf '%s-%03d\\n' a 1 b 2", 0, "a-001\nb-002\n", ""},
		{abc + "cat -n", 0, "     1\ta\n     2\tb\n     3\tB\n     4\tc\n", ""},
		{"cat /none /etc/alpine-release", 1, "3.23.0\n", "cat: /none: No such file or directory\n"},
		{"cat /etc", 1, "", "cat: /etc: Is a directory\n"},
		{abc + "head -n 1", 0, "a\n", ""},
		{abc + "head -2", 0, "a\nb\n", ""},
		{abc + "head -c 3", 0, "a\nb", ""},
		{abc + "tail -n 1", 0, "c\n", ""},
		{abc + "tail -n +3", 0, "B\nc\n", ""},
		{abc + "tail -n x", 1, "", "tail: invalid number: 'x'\n"},
		{abc + "grep b", 0, "b\n", ""},
		{abc + "grep -in b", 0, "2:b\n3:B\n", ""},
		{abc + "grep -vc b", 0, "3\n", ""},
		{abc + "grep -q z", 1, "", ""},
		{abc + "grep -E '^(a|c)$'", 0, "a\nc\n", ""},
		{abc + `grep 'a\|c'`, 0, "a\nc\n", ""},
		{"grep -c root /etc/passwd /etc/group", 0, "/etc/passwd:1\n/etc/group:1\n", ""},
		{"grep x /none", 2, "", "grep: /none: No such file or directory\n"},
		{"grep", 2, "", "grep: usage: grep [-EFchilnoqvw] PATTERN [FILE]...\n"},
		{abc + "wc -l", 0, "4\n", ""},
		{"printf '한글 두\\n' | wc", 0, "1 2 11\n", ""},
		{"printf '한글 두\\n' | wc -m", 0, "5\n", ""},
		{"printf '10\\n9\\n9\\n' | sort -nu", 0, "9\n10\n", ""},
		{"printf '10\\n9\\n' | sort", 0, "10\n9\n", ""},
		{abc + "sort -r | head -n 1", 0, "c\n", ""},
		{"printf 'a\\na\\nb\\n' | uniq -c", 0, "      2 a\n      1 b\n", ""},
		{"printf 'a\\na\\nb\\n' | uniq -d", 0, "a\n", ""},
		{"echo x | tee /tmp/a /tmp/b; cat /tmp/a /tmp/b", 0, "x\nx\nx\n", ""},
		{"seq 3; seq 5 -2 1", 0, "1\n2\n3\n5\n3\n1\n", ""},
		{"seq 1000000000 | head -n 1", 0, "1\n", ""},
		{"cat --nope", 2, "", "cat: unrecognized option '--nope'\nUsage: cat [-n] [FILE]...\n"},
		{"cat --help", 2, "Usage: cat [-n] [FILE]...\n", ""},
	})
}

func TestFiles(t *testing.T) {
	t.Parallel()
	check(t, "nginx", []row{
		{"ls /etc/nginx; ls -a /tmp; ls -d /etc", 0, "conf.d\nnginx.conf\n.\n..\n/etc\n", ""},
		{"ls /none", 1, "", "ls: /none: No such file or directory\n"},
		{"ls /etc/nginx /etc/passwd", 0, "/etc/passwd\n\n/etc/nginx:\nconf.d\nnginx.conf\n", ""},
		{"mkdir /a; mkdir /a; mkdir /x/y", 1, "", "mkdir: cannot create directory '/a': File exists\nmkdir: cannot create directory '/x/y': No such file or directory\n"},
		{"mkdir -p /a/b/c && mkdir -p /a/b && ls -R /a", 0, "b\n\n/a/b:\nc\n\n/a/b/c:\n", ""},
		{"rm /none; rm -f /none; rm /etc", 1, "", "rm: cannot remove '/none': No such file or directory\nrm: cannot remove '/etc': Is a directory\n"},
		{"rm -r /etc/nginx; ls /etc/nginx", 1, "", "ls: /etc/nginx: No such file or directory\n"},
		{"cp /etc/passwd /tmp; cp -r /etc/nginx /tmp/n; ls /tmp /tmp/n; cp /etc /tmp", 1, "/tmp:\nn\npasswd\n\n/tmp/n:\nconf.d\nnginx.conf\n", "cp: cannot copy '/etc': Is a directory\n"},
		{"cp -r /etc /etc/in", 1, "", "cp: cannot copy '/etc': Invalid argument\n"},
		{"mv /etc/nginx /tmp/n; ls /tmp/n; ls /etc/nginx", 1, "conf.d\nnginx.conf\n", "ls: /etc/nginx: No such file or directory\n"},
		{"echo 1 > /tmp/a; mv /tmp/a /tmp/b; cat /tmp/b; mv /tmp/a /tmp/c", 1, "1\n", "mv: cannot move '/tmp/a': No such file or directory\n"},
		{"touch /tmp/x /tmp/x && ls /tmp; touch /no/x", 1, "x\n", "touch: cannot touch '/no/x': No such file or directory\n"},
		{"rmdir /etc; mkdir /e && rmdir /e; rmdir /etc/passwd", 1, "", "rmdir: failed to remove '/etc': Directory not empty\nrmdir: failed to remove '/etc/passwd': Not a directory\n"},
		{"echo > /tmp/x; chmod u+x,go-r /tmp/x; ls -l /tmp/x | head -c 10; chmod 400 /tmp/x; ls -l /tmp/x | head -c 10", 0, "-rwx-------r--------", ""},
		{"chmod 9 /etc/passwd", 1, "", "chmod: cannot change mode of '/etc/passwd': Invalid argument\n"},
		{"cd /etc/nginx && /bin/pwd", 0, "/etc/nginx\n", ""},
	})
}

func TestLongList(t *testing.T) {
	t.Parallel()
	_, out, _ := imagetest.New(t, "nginx").Exec(t, "ls", "-l", "/var", "/etc/group")
	want := regexp.MustCompile(`^-rw-r--r-- 1 root root 35 \w{3} [ \d]\d [ :\d]{5} /etc/group\n\n/var:\ntotal 0\n` +
		`drwxr-xr-x 1 root root 0 .* cache\ndrwxr-xr-x 1 root root 0 .* log\nlrwxrwxrwx 1 root root 4 .* run -> /run\n$`)
	if !want.MatchString(out) {
		t.Errorf("%s", out)
	}
}

func TestSystem(t *testing.T) {
	t.Parallel()
	check(t, "busybox", []row{
		{"hostname; hostname -i; whoami; id; id -u", 0, "web-1\n172.16.132.5\nroot\nuid=0(root) gid=0(root) groups=0(root)\n0\n", ""},
		{"A=b printenv A; printenv NONE", 1, "b\n", ""},
		{"uname; uname -n; uname -sn", 0, "Linux\nweb-1\nLinux web-1\n", ""},
		{"kill -9 99; kill -x 1; kill", 1, "", "kill: can't kill pid '99': No such process\nkill: invalid signal 'x'\nkill: you need to specify whom to kill\n"},
		{"/bin/true && ! /bin/false && /usr/bin/test -f /etc/passwd && /usr/bin/[ 1 -lt 2 -a ! x = y ] && echo yes", 0, "yes\n", ""},
		{"/usr/bin/test -d /none; echo $?; /usr/bin/test 1 -eq x; echo $?", 0, "1\n2\n", "test: syntax error\n"},
		{"/usr/bin/[ x", 2, "", "[: missing ]\n"},
		{"sleep 0.001; sleep x", 1, "", "sleep: invalid time interval 'x'\n"},
		{"date -u +%Y-%m-%d | grep -c '^20[0-9][0-9]-[01][0-9]-[0-3][0-9]$'; date +%%%n", 0, "1\n%\n\n", ""},
		{"ip addr | grep -c 'inet 172.16.132.5/32'; ip link", 1, "1\n", "ip: only `ip addr` and `ip route` are simulated\n"},
	})
	code, _, errs := imagetest.New(t, "nginx").Exec(t, "vi", "/etc/passwd")
	if code != 1 || !strings.Contains(errs, "cat > FILE") || !strings.Contains(errs, "ConfigMap") {
		t.Errorf("%d %s", code, errs)
	}
	_, out, _ := imagetest.New(t, "nginx").Exec(t, "ps")
	if !strings.Contains(out, "    1 root      0:00 nginx -g daemon off;\n") || !strings.HasSuffix(out, "    7 root      0:00 ps\n") {
		t.Errorf("%s", out)
	}
}

func TestFetch(t *testing.T) {
	t.Parallel()
	c := imagetest.New(t, "nginx:alpine")
	l, err := c.Net.Listen(t.Context(), 80)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", "now")
		switch r.URL.Path {
		case "/gone":
			w.WriteHeader(http.StatusNotFound)
		case "/moved":
			http.Redirect(w, r, "/", http.StatusFound)
			return
		case "/hang":
			<-r.Context().Done()
			return
		}
		_, _ = w.Write([]byte(r.Method + " " + r.Host + " " + r.Header.Get("X-A") + r.Header.Get("X-B") + "\n")) // the test reads it
	})}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		<-served
	})
	for _, r := range []row{
		{"curl -s localhost", 0, "GET localhost \n", ""},
		{"curl -s -H 'X-A: 1' -H 'X-B: 2' -X PUT 172.16.132.5:80/x", 0, "PUT 172.16.132.5 12\n", ""},
		{"curl -s -H 'Host: web' -d a=b localhost", 0, "POST web \n", ""},
		{"curl -sf localhost/gone", 22, "", ""},
		{"curl -sSf localhost/gone", 22, "", "curl: (22) The requested URL returned error: 404\n"},
		{"curl -sI localhost", 0, "HTTP/1.1 200 OK\r\nContent-Length: 16\r\nContent-Type: text/plain; charset=utf-8\r\nDate: now\r\n\r\n", ""},
		{"curl -so /tmp/o -w '%{http_code}\\n' localhost/gone; cat /tmp/o", 0, "404\nGET localhost \n", ""},
		{"curl -sL localhost/moved", 0, "GET localhost \n", ""},
		{"curl -s -m 0.05 localhost/hang", 28, "", ""},
		{"curl none.example", 6, "", "curl: (6) Could not resolve host: none.example\n"},
		{"curl", 2, "", "curl: no URL specified\nUsage: curl [-sSIifvkL] [-o FILE] [-m SECONDS] [-X METHOD] [-d DATA] [-H HEADER] [-w FORMAT] URL\n"},
		{"curl ftp://x", 3, "", "curl: (3) URL rejected: unsupported address \"ftp://x\"\n"},
		{"wget -qO- localhost", 0, "GET localhost \n", ""},
		{"cd /tmp; wget localhost && cat index.html", 0, "GET localhost \n", "Connecting to localhost (localhost:80)\nsaving to 'index.html'\n'index.html' saved\n"},
		{"wget -q -O /tmp/w localhost/gone", 1, "", "wget: server returned error: HTTP/1.1 404 Not Found\n"},
		{"wget -q -O- none.example", 1, "", "wget: bad address 'none.example'\n"},
		{"wget -q -O- localhost:81", 1, "", "wget: can't connect to remote host (localhost): Connection refused\n"},
		{"wget -q -T 0.05 -O- localhost/hang", 1, "", "wget: download timed out\n"},
	} {
		code, out, errs := c.Exec(t, "sh", "-c", r.script)
		if code != r.code || out != r.out || errs != r.errs {
			t.Errorf("%s: %d %q %q, want %d %q %q", r.script, code, out, errs, r.code, r.out, r.errs)
		}
	}
	code, _, errs := c.Exec(t, "curl", "localhost:81")
	if code != 7 || !regexp.MustCompile(`^curl: \(7\) Failed to connect to localhost port 81 after \d+ ms: Connection refused\n$`).MatchString(errs) {
		t.Errorf("%d %q", code, errs)
	}
}

func TestSignalsOfACommand(t *testing.T) {
	t.Parallel()
	c := imagetest.New(t, "busybox")
	p, _, _ := c.Process("sleep", "1000")
	signals, wait := c.Start(t, p)
	signals <- syscall.Signal(28) // SIGWINCH ends nothing
	signals <- syscall.SIGTERM
	if code := wait(); code != 143 {
		t.Errorf("code %d", code)
	}
	follow, out, _ := c.Process("tail", "-f", "/etc/group")
	signals, wait = c.Start(t, follow)
	out.WaitFor(t, "nobody")
	c.Exec(t, "sh", "-c", "echo added >> /etc/group")
	signals <- syscall.SIGINT
	if code := wait(); code != 130 {
		t.Errorf("code %d", code)
	}
}

// The first process of a container ignores a signal without handler: what it
// prints after the signal proves that it lives on.
func TestFirstProcessIgnoresSignals(t *testing.T) {
	t.Parallel()
	c := imagetest.New(t, "busybox")
	p, out, _ := c.Process("tail", "-f", "/tmp/log")
	if _, _, errs := c.Exec(t, "sh", "-c", "echo one > /tmp/log"); errs != "" {
		t.Fatal(errs)
	}
	p.PID = 1
	signals, _ := c.Start(t, p)
	out.WaitFor(t, "one\n")
	for range 8 + 1 { // more than the channel holds: the first was surely taken
		signals <- syscall.SIGTERM
	}
	c.Exec(t, "sh", "-c", "echo two >> /tmp/log")
	out.WaitFor(t, "two\n")
}

func TestEveryCommandHasAName(t *testing.T) {
	t.Parallel()
	for name, program := range command.All() {
		if name == "" || program == nil {
			t.Errorf("%q has no program", name)
		}
	}
}
