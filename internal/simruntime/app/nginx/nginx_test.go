package nginx_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/labctl-dev/labctl/internal/simruntime/images/imagetest"
)

func write(t *testing.T, c *imagetest.Container, name, text string) {
	t.Helper()
	file, err := c.FS.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(file, text); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

type running struct {
	*imagetest.Container
	out, errs *imagetest.Buffer
	signals   chan<- syscall.Signal
	wait      func() int
}

func start(t *testing.T, c *imagetest.Container) running {
	t.Helper()
	p, out, errs := c.Process(append(c.Image.Config.Entrypoint, c.Image.Config.Cmd...)...)
	p.PID = 1
	signals, wait := c.Start(t, p)
	errs.WaitFor(t, "start worker process 29\n")
	return running{c, out, errs, signals, wait}
}

// reply is what a test looks at besides the page.
type reply struct {
	StatusCode int
	Header     http.Header
}

func (r running) request(t *testing.T, method, url string, header ...string) (reply, string) {
	t.Helper()
	client := &http.Client{
		Transport: &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return r.Net.DialContext(ctx, network, address)
		}, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	request, err := http.NewRequestWithContext(t.Context(), method, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("User-Agent", "curl/8.14.1")
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
		if header[i] == "Host" {
			request.Host = header[i+1]
		}
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return reply{response.StatusCode, response.Header}, string(body)
}

// timeless replaces what differs from run to run.
func timeless(text string) string {
	text = regexp.MustCompile(`\d{4}/\d\d/\d\d \d\d:\d\d:\d\d`).ReplaceAllString(text, "DATE")
	return regexp.MustCompile(`\[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000\]`).ReplaceAllString(text, "[TIME]")
}

func TestTheImageServesAndLogs(t *testing.T) {
	t.Parallel()
	r := start(t, imagetest.New(t, "nginx:1.27"))
	response, body := r.request(t, "GET", "http://localhost/")
	if response.StatusCode != http.StatusOK || !strings.Contains(body, "<title>Welcome to nginx!</title>") ||
		response.Header.Get("Server") != "nginx/1.27.5" || response.Header.Get("Content-Type") != "text/html" {
		t.Errorf("%d %v %s", response.StatusCode, response.Header, body)
	}
	if response, body := r.request(t, "GET", "http://localhost/none"); response.StatusCode != http.StatusNotFound || !strings.Contains(body, "<center>nginx/1.27.5</center>") {
		t.Errorf("%d %s", response.StatusCode, body)
	}
	if response, _ := r.request(t, "POST", "http://localhost/"); response.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", response.StatusCode)
	}
	if response, body := r.request(t, "HEAD", "http://localhost/", "Referer", "a\"b\n"[:3]); response.StatusCode != http.StatusOK || body != "" {
		t.Errorf("HEAD: %d %q", response.StatusCode, body)
	}
	r.signals <- syscall.SIGQUIT
	if code := r.wait(); code != 0 {
		t.Errorf("code %d", code)
	}
	wantOut := `/docker-entrypoint.sh: /docker-entrypoint.d/ is not empty, will attempt to perform configuration
/docker-entrypoint.sh: Looking for shell scripts in /docker-entrypoint.d/
/docker-entrypoint.sh: Launching /docker-entrypoint.d/20-envsubst-on-templates.sh
/docker-entrypoint.sh: Launching /docker-entrypoint.d/30-tune-worker-processes.sh
/docker-entrypoint.sh: Configuration complete; ready for start up
127.0.0.1 - - [TIME] "GET / HTTP/1.1" 200 SIZE "-" "curl/8.14.1" "-"
127.0.0.1 - - [TIME] "GET /none HTTP/1.1" 404 153 "-" "curl/8.14.1" "-"
127.0.0.1 - - [TIME] "POST / HTTP/1.1" 405 157 "-" "curl/8.14.1" "-"
127.0.0.1 - - [TIME] "HEAD / HTTP/1.1" 200 0 "a\x22b" "curl/8.14.1" "-"
`
	out := regexp.MustCompile(`200 [1-9]\d+ `).ReplaceAllString(timeless(r.out.String()), "200 SIZE ")
	if diff := cmp.Diff(wantOut, out); diff != "" {
		t.Error(diff)
	}
	wantErr := `DATE [notice] 1#1: using the "epoll" event method
DATE [notice] 1#1: nginx/1.27.5
DATE [notice] 1#1: OS: Linux (labctl embedded, simulated)
DATE [notice] 1#1: start worker processes
DATE [notice] 1#1: start worker process 29
DATE [error] 29#29: *1 open() "/usr/share/nginx/html/none" failed (2: No such file or directory), client: 127.0.0.1, server: localhost, request: "GET /none HTTP/1.1", host: "localhost"
DATE [notice] 1#1: signal 3 (SIGQUIT) received, shutting down
DATE [notice] 1#1: exit
`
	if diff := cmp.Diff(wantErr, timeless(r.errs.String())); diff != "" {
		t.Error(diff)
	}
}

func TestConfiguration(t *testing.T) {
	t.Parallel()
	c := imagetest.New(t, "nginx")
	write(t, c, "/etc/nginx/conf.d/default.conf", `
server {
    listen 80 default_server;
    server_name web.example;
    root /srv;
    add_header X-Pod $hostname always;
    location = /exact { return 200 "pod $hostname $request_method\n"; }
    location /old { return 301 /new; }
    location ~ \.php$ { return 403; }
    location /files/ { alias /srv/data/; }
    location /try { try_files $uri $uri/ /index.html; }
    location /api { proxy_pass http://backend; }
    error_page 404 /404.html;
}
server { listen 8080; return 200 other; }
server { listen 80; server_name second.example; location / { return 200 second; } }
`)
	for name, text := range map[string]string{"/srv/index.html": "home", "/srv/404.html": "mine", "/srv/data/a.txt": "a"} {
		for _, dir := range []string{"/srv", "/srv/data", "/srv/sub"} {
			_ = c.FS.Mkdir(dir, 0o755) // it may be there
		}
		write(t, c, name, text)
	}
	r := start(t, c)
	r.errs.WaitFor(t, `nginx: [warn] labctl does not simulate "proxy_pass"; it is ignored in /etc/nginx/conf.d/default.conf:12`)
	cases := []struct {
		url, host string
		code      int
		body      string
	}{
		{"http://localhost/", "", 200, "home"},
		{"http://localhost/exact", "", 200, "pod web-1 GET\n"},
		{"http://localhost/old/x", "", 301, "301 Moved"},
		{"http://localhost/x.php", "", 403, "403 Forbidden"},
		{"http://localhost/files/a.txt", "", 200, "a"},
		{"http://localhost/try/any", "", 200, "home"},
		{"http://localhost/none", "", 404, "mine"},
		{"http://localhost/sub", "", 301, "301 Moved"},
		{"http://localhost/sub/", "", 403, "403 Forbidden"},
		{"http://localhost/../../etc/passwd", "", 404, "mine"},
		{"http://localhost:8080/any", "", 200, "other"},
		{"http://localhost/", "second.example", 200, "second"},
		{"http://localhost/", "unknown.example", 200, "home"},
	}
	for _, tc := range cases {
		var header []string
		if tc.host != "" {
			header = []string{"Host", tc.host}
		}
		response, body := r.request(t, "GET", tc.url, header...)
		if response.StatusCode != tc.code || !strings.Contains(body, tc.body) {
			t.Errorf("%s %s: %d %q", tc.url, tc.host, response.StatusCode, body)
		}
	}
	if response, _ := r.request(t, "GET", "http://localhost/"); response.Header.Get("X-Pod") != "web-1" {
		t.Errorf("%v", response.Header)
	}
	write(t, c, "/etc/nginx/conf.d/default.conf", "server { listen 80; return 200 reloaded; }")
	c.Host.Signals = make(chan syscall.Signal, 1)
	if code, _, errs := c.Exec(t, "nginx", "-s", "reload"); code != 0 {
		t.Fatalf("%d %s", code, errs)
	}
	r.signals <- <-c.Host.Signals
	r.errs.WaitFor(t, "reconfiguring")
	r.errs.WaitFor(t, "start worker processes\n")
	r.signals <- syscall.SIGTERM
	if code := r.wait(); code != 0 || !strings.Contains(r.errs.String(), "signal 15 (SIGTERM) received, exiting") {
		t.Errorf("code %d, %s", code, r.errs)
	}
}

func TestReload(t *testing.T) {
	t.Parallel()
	c := imagetest.New(t, "nginx")
	r := start(t, c)
	write(t, c, "/etc/nginx/conf.d/default.conf", "server { listen 81; return 200 new; }")
	r.signals <- syscall.SIGHUP
	r.errs.WaitFor(t, "29#29: gracefully shutting down\n")
	write(t, c, "/etc/nginx/conf.d/default.conf", "server { listen 82 ")
	r.signals <- syscall.SIGHUP
	r.errs.WaitFor(t, `unexpected end of file, expecting ";" or "}" in /etc/nginx/conf.d/default.conf:1`)
	if _, body := r.request(t, "GET", "http://localhost:81/"); body != "new" {
		t.Errorf("after a wrong reload: %q", body)
	}
	if code, _, errs := c.Exec(t, "curl", "-sS", "http://localhost/"); code != 7 || !strings.Contains(errs, "Connection refused") {
		t.Errorf("the old port still answers: %d %s", code, errs)
	}
}

func TestThePortIsTaken(t *testing.T) {
	t.Parallel()
	c := imagetest.New(t, "nginx")
	start(t, c)
	p, _, errs := c.Process("nginx", "-g", "daemon off;")
	_, wait := c.Start(t, p)
	if code := wait(); code != 1 {
		t.Errorf("code %d", code)
	}
	for want, times := range map[string]int{"nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)\n": 5, "nginx: [emerg] still could not bind()\n": 1} {
		if n := strings.Count(errs.String(), want); n != times {
			t.Errorf("%d times %q in %s", n, want, errs)
		}
	}
}

func TestCommandLine(t *testing.T) {
	t.Parallel()
	c := imagetest.New(t, "nginx:1.28")
	cases := []struct {
		conf string
		args []string
		code int
		want string
	}{
		{"", []string{"-v"}, 0, "nginx version: nginx/1.28.0\n"},
		{"server { listen 80; }", []string{"-t"}, 0, "syntax is ok\nnginx: configuration file /etc/nginx/nginx.conf test is successful\n"},
		{"server { listen 80 }", []string{"-t"}, 1, "nginx: [emerg] unexpected \"}\" in /etc/nginx/conf.d/default.conf:1\nnginx: configuration file /etc/nginx/nginx.conf test failed\n"},
		{"server { listen x; }", []string{"-t"}, 1, `invalid port in "x" of the "listen" directive in`},
		{"server { return; }", []string{"-t"}, 1, `invalid number of arguments in "return" directive`},
		{"", []string{"-c", "/none.conf"}, 1, `nginx: [emerg] open() "/none.conf" failed (2: No such file or directory)`},
		{"", []string{"-s", "stop"}, 1, "invalid PID number"},
		{"", []string{"-z"}, 1, `nginx: invalid option: "-z"`},
	}
	for _, tc := range cases {
		write(t, c, "/etc/nginx/conf.d/default.conf", tc.conf)
		code, _, errs := c.Exec(t, append([]string{"nginx"}, tc.args...)...)
		if code != tc.code || !strings.Contains(errs, tc.want) {
			t.Errorf("%s %v: %d %s", tc.conf, tc.args, code, errs)
		}
	}
}
