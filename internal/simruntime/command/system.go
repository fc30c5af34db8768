package command

import (
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/labctl-dev/labctl/internal/simruntime/process"
)

func systemCommands() map[string]func(*cmd) int {
	return map[string]func(*cmd) int{
		"sleep": sleep, "date": date, "hostname": hostname, "id": id, "whoami": whoami,
		"env": env, "printenv": printenv, "ps": ps, "kill": kill, "uname": uname,
		"true": succeed, "false": refuse, "test": test, "[": test, "clear": clearScreen,
		"vi": editor, "vim": editor, "nano": editor,
	}
}

func succeed(*cmd) int { return 0 }
func refuse(*cmd) int  { return 1 }

func clearScreen(c *cmd) int {
	c.printf("\x1b[H\x1b[2J")
	return 0
}

func editor(c *cmd) int {
	return c.fail(1, "there is no editor in the simulated container.\n"+
		"  write a file:   cat > FILE   (type the text, then Ctrl-D)   or   echo TEXT > FILE\n"+
		"  컨테이너 안에서는 편집기를 쓸 수 없습니다. 위의 명령으로 파일을 쓰거나, ConfigMap으로 넣으세요.")
}

func sleep(c *cmd) int {
	var total time.Duration
	for _, arg := range c.Args[1:] {
		d, err := duration(arg)
		if err != nil {
			return c.fail(1, "invalid time interval '%s'", arg)
		}
		total += d
	}
	if len(c.Args) < 2 {
		return c.fail(1, "missing operand")
	}
	timer := time.NewTimer(total)
	defer timer.Stop()
	select {
	case <-timer.C:
		return 0
	case <-c.ctx.Done():
		return 128 + int(syscall.SIGKILL)
	}
}

// forever is what `sleep infinity` sleeps.
const forever = 1<<63 - 1

// duration reads a number of seconds, or one with s, m, h or d.
func duration(text string) (time.Duration, error) {
	if text == "infinity" || text == "inf" {
		return forever, nil
	}
	unit := time.Second
	if n := len(text); n > 1 {
		switch text[n-1] {
		case 's':
			text = text[:n-1]
		case 'm':
			unit, text = time.Minute, text[:n-1]
		case 'h':
			unit, text = time.Hour, text[:n-1]
		case 'd':
			unit, text = 24*time.Hour, text[:n-1]
		}
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n < 0 || n*float64(unit) >= forever {
		return 0, syscall.EINVAL
	}
	return time.Duration(n * float64(unit)), nil
}

func hostname(c *cmd) int {
	if slices.Contains(c.Args[1:], "-i") || slices.Contains(c.Args[1:], "-I") {
		c.printf("%s\n", c.Net.IP())
		return 0
	}
	c.printf("%s\n", c.Hostname)
	return 0
}

func id(c *cmd) int {
	switch {
	case slices.Contains(c.Args[1:], "-un"), slices.Contains(c.Args[1:], "-gn"):
		c.printf("root\n")
	case len(c.Args) > 1:
		c.printf("0\n")
	default:
		c.printf("uid=0(root) gid=0(root) groups=0(root)\n")
	}
	return 0
}

func whoami(c *cmd) int {
	c.printf("root\n")
	return 0
}

func env(c *cmd) int {
	for i, arg := range c.Args[1:] {
		if !strings.Contains(arg, "=") {
			return c.fail(127, "'%s': running a program with env is not simulated; write %s", arg, strings.Join(c.Args[1:], " "))
		}
		c.Env = append(c.Env, c.Args[1+i])
	}
	values := map[string]string{}
	var order []string
	for _, pair := range c.Env {
		name, value, _ := strings.Cut(pair, "=")
		if _, seen := values[name]; !seen {
			order = append(order, name)
		}
		values[name] = value
	}
	for _, name := range order {
		c.printf("%s=%s\n", name, values[name])
	}
	return 0
}

func printenv(c *cmd) int {
	if len(c.Args) == 1 {
		return env(c)
	}
	code := 0
	for _, name := range c.Args[1:] {
		if !slices.ContainsFunc(c.Env, func(pair string) bool { return strings.HasPrefix(pair, name+"=") }) {
			code = 1
			continue
		}
		c.printf("%s\n", c.getenv(name))
	}
	return code
}

func uname(c *cmd) int {
	fields := map[string]string{
		"s": "Linux", "n": c.Hostname, "r": "6.12.0-labctl", "v": "#1 SMP (labctl embedded, simulated)",
		"m": "x86_64", "o": "GNU/Linux",
	}
	letters := strings.TrimLeft(strings.Join(c.Args[1:], ""), "-")
	switch {
	case letters == "":
		letters = "s"
	case strings.Contains(letters, "a"):
		letters = "snrvmo"
	}
	var words []string
	for _, letter := range []string{"s", "n", "r", "v", "m", "o"} {
		if strings.Contains(letters, letter) {
			words = append(words, fields[letter])
		}
	}
	c.printf("%s\n", strings.Join(words, " "))
	return 0
}

func ps(c *cmd) int {
	c.printf("%s\n", "PID   USER     TIME  COMMAND")
	list := []process.ProcInfo{{PID: c.PID, Args: c.Args}}
	if c.Host != nil {
		list = c.Host.Processes()
		if !slices.ContainsFunc(list, func(p process.ProcInfo) bool { return p.PID == c.PID }) {
			list = append(list, process.ProcInfo{PID: c.PID, Args: c.Args, Started: time.Now()})
		}
	}
	for _, p := range list {
		c.printf("%5d root      0:00 %s\n", p.PID, strings.Join(p.Args, " "))
	}
	return 0
}

func kill(c *cmd) int {
	sig := syscall.Signal(15)
	rest := c.Args[1:]
	if len(rest) > 0 && rest[0] == "-l" {
		c.printf("HUP INT QUIT KILL USR1 USR2 TERM CONT STOP\n")
		return 0
	}
	if len(rest) > 1 && strings.HasPrefix(rest[0], "-") {
		name := strings.TrimPrefix(rest[0], "-")
		rest = rest[1:]
		if name == "s" {
			name, rest = rest[0], rest[1:]
		}
		found, ok := signalNamed(name)
		if !ok {
			return c.fail(1, "invalid signal '%s'", name)
		}
		sig = found
	}
	if len(rest) == 0 {
		return c.fail(1, "you need to specify whom to kill")
	}
	return c.each(rest, "can't kill pid", func(pid string) error {
		n, err := strconv.Atoi(pid)
		if err != nil || c.Host == nil {
			return syscall.ESRCH
		}
		return c.Host.Signal(n, sig)
	})
}

// signalNamed reads a signal by name or number, Linux' numbers on every system.
func signalNamed(name string) (syscall.Signal, bool) {
	if n, err := strconv.Atoi(name); err == nil {
		return syscall.Signal(n), n >= 0 && n <= 64
	}
	sig, ok := map[string]syscall.Signal{
		"HUP": 1, "INT": 2, "QUIT": 3, "KILL": 9, "USR1": 10, "USR2": 12, "TERM": 15, "CONT": 18, "STOP": 19,
	}[strings.TrimPrefix(strings.ToUpper(name), "SIG")]
	return sig, ok
}

func date(c *cmd) int {
	now, format := time.Now().UTC(), "%a %b %e %H:%M:%S UTC %Y"
	if zone := c.getenv("TZ"); zone != "" {
		if at, err := time.LoadLocation(zone); err == nil {
			now = now.In(at)
			format = strings.Replace(format, "UTC", "%Z", 1)
		}
	}
	for _, arg := range c.Args[1:] {
		switch {
		case arg == "-u":
			now = now.UTC()
		case strings.HasPrefix(arg, "+"):
			format = arg[1:]
		case arg == "-I", arg == "-Iseconds":
			format = map[string]string{"-I": "%F", "-Iseconds": "%FT%T%z"}[arg]
		default:
			return c.fail(1, "unsupported operand '%s'\nUsage: date [-u] [+FORMAT]", arg)
		}
	}
	c.printf("%s\n", strftime(now, format))
	return 0
}

// strftime formats as strftime(3), the letters date is used with.
func strftime(t time.Time, format string) string {
	layouts := map[byte]string{
		'a': "Mon", 'A': "Monday", 'b': "Jan", 'B': "January", 'c': time.ANSIC, 'd': "02", 'e': "_2",
		'D': "01/02/06", 'F': "2006-01-02", 'H': "15", 'I': "03", 'm': "01", 'M': "04", 'p': "PM",
		'S': "05", 'T': "15:04:05", 'R': "15:04", 'y': "06", 'Y': "2006", 'z': "-0700", 'Z': "MST",
	}
	var out strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			out.WriteByte(format[i])
			continue
		}
		i++
		layout, ok := layouts[format[i]]
		switch {
		case ok:
			out.WriteString(t.Format(layout))
		case format[i] == 's':
			out.WriteString(strconv.FormatInt(t.Unix(), 10))
		case format[i] == 'N':
			out.WriteString(strconv.Itoa(t.Nanosecond() + 1e9)[1:])
		case format[i] == 'n':
			out.WriteByte('\n')
		case format[i] == '%':
			out.WriteByte('%')
		default:
			out.WriteString(format[i-1 : i+1])
		}
	}
	return out.String()
}
