package nginx

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"os"
	"path"
	"strconv"
	"strings"
	"syscall"
)

// handler answers the requests of one port.
type handler struct {
	*server
	port int
}

// reply is one request on its way.
type reply struct {
	http.ResponseWriter
	*http.Request
	h      *handler
	site   *virtual
	scope  scope
	status int
	sent   int64
}

// Write counts the body.
func (r *reply) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.WriteHeader(http.StatusOK)
	}
	n, err := r.ResponseWriter.Write(p)
	r.sent += int64(n)
	return n, err
}

// WriteHeader notes the status and adds the configured headers.
func (r *reply) WriteHeader(code int) {
	if r.status != 0 {
		return
	}
	r.status = code
	for _, header := range r.scope.headers {
		if code < http.StatusBadRequest {
			r.ResponseWriter.Header().Add(header[0], r.expand(header[1]))
		}
	}
	r.ResponseWriter.WriteHeader(code)
}

// ServeHTTP implements http.Handler.
func (h *handler) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	host := request.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	r := &reply{ResponseWriter: w, Request: request, h: h, site: h.current().choose(h.port, host)}
	w.Header().Set("Server", "nginx/"+h.version)
	if r.site == nil { // the port was taken out by a reload
		r.plain(http.StatusNotFound)
		return
	}
	r.scope = r.site.scope
	if r.scope.answer == nil {
		r.scope = r.site.locate(cleanPath(request.URL.Path))
	}
	switch {
	case r.scope.answer != nil:
		r.answer(*r.scope.answer)
	case request.Method != http.MethodGet && request.Method != http.MethodHead:
		r.fail(http.StatusMethodNotAllowed)
	default:
		r.serveFile(cleanPath(request.URL.Path))
	}
	h.access(r)
}

// cleanPath keeps a trailing slash, which tells a directory.
func cleanPath(uri string) string {
	clean := path.Clean("/" + uri)
	if strings.HasSuffix(uri, "/") && clean != "/" {
		clean += "/"
	}
	return clean
}

func (r *reply) answer(a answer) {
	text := r.expand(a.text)
	switch {
	case a.code >= 301 && a.code <= 308 && a.code != 304 && text != "":
		r.Header().Set("Location", text)
		r.plain(a.code)
	case text == "" && a.code >= 300:
		r.fail(a.code)
	default:
		r.Header().Set("Content-Type", r.scope.mime)
		r.Header().Set("Content-Length", strconv.Itoa(len(text)))
		r.WriteHeader(a.code)
		r.body(text)
	}
}

func (r *reply) body(text string) {
	if _, err := io.WriteString(r, text); err != nil && !errors.Is(err, http.ErrBodyNotAllowed) {
		return // the client went away
	}
}

// Header resolves between the two headers reply embeds.
func (r *reply) Header() http.Header { return r.ResponseWriter.Header() }

func (r *reply) serveFile(uri string) {
	for _, candidate := range r.candidates(uri) {
		if code, ok := strings.CutPrefix(candidate, "="); ok {
			n, err := strconv.Atoi(code)
			if err != nil {
				n = http.StatusInternalServerError
			}
			r.fail(n)
			return
		}
		name := r.scope.file(candidate)
		info, err := r.h.p.FS.Stat(name)
		switch {
		case err != nil:
			if len(r.scope.try) == 0 {
				r.openFailed(name, err)
				return
			}
		case info.IsDir():
			if r.directory(candidate, name, len(r.scope.try) > 0) {
				return
			}
		default:
			r.content(name)
			return
		}
	}
	r.fail(http.StatusNotFound)
}

// candidates are the names try_files lists, or the path itself.
func (r *reply) candidates(uri string) []string {
	if len(r.scope.try) == 0 {
		return []string{uri}
	}
	list := make([]string, 0, len(r.scope.try))
	for _, name := range r.scope.try {
		list = append(list, r.expand(name))
	}
	return list
}

// directory serves a directory's index; false goes on to the next candidate.
func (r *reply) directory(uri, name string, trying bool) bool {
	if !strings.HasSuffix(uri, "/") {
		if trying {
			return false
		}
		r.Header().Set("Location", "http://"+r.Host+uri+"/")
		r.plain(http.StatusMovedPermanently)
		return true
	}
	for _, index := range r.scope.index {
		full := path.Join(name, index)
		if info, err := r.h.p.FS.Stat(full); err == nil && !info.IsDir() {
			r.content(full)
			return true
		}
	}
	if trying {
		return false
	}
	r.h.errorLine(r, fmt.Sprintf("directory index of %q is forbidden", name+"/"))
	r.fail(http.StatusForbidden)
	return true
}

func (r *reply) openFailed(name string, err error) {
	r.h.errorLine(r, fmt.Sprintf("open() %q failed (%s)", name, errnoText(err)))
	if errors.Is(err, fs.ErrPermission) {
		r.fail(http.StatusForbidden)
		return
	}
	r.fail(http.StatusNotFound)
}

// content sends a file; ranges, HEAD and conditions are net/http's work.
func (r *reply) content(name string) {
	file, err := r.h.p.FS.OpenFile(name, os.O_RDONLY, 0)
	if err != nil {
		r.openFailed(name, err)
		return
	}
	defer func() { _ = file.Close() }() // only read
	info, err := file.Stat()
	if err != nil {
		r.openFailed(name, err)
		return
	}
	kind := mime.TypeByExtension(path.Ext(name))
	if kind == "" {
		kind = r.scope.mime
	}
	r.Header().Set("Content-Type", strings.TrimSuffix(kind, "; charset=utf-8"))
	r.Header().Set("ETag", fmt.Sprintf(`"%x-%x"`, info.ModTime().Unix(), info.Size()))
	http.ServeContent(r, r.Request, "", info.ModTime(), file)
}

// fail sends an error page: the configured one, or nginx' own.
func (r *reply) fail(code int) {
	page := r.scope.errors[code]
	if page == "" || strings.Contains(page, "://") {
		r.plain(code)
		return
	}
	name := r.site.locate(page).file(page)
	file, err := r.h.p.FS.OpenFile(name, os.O_RDONLY, 0)
	if err != nil {
		r.plain(code)
		return
	}
	defer func() { _ = file.Close() }() // only read
	data, err := io.ReadAll(io.LimitReader(file, maxConf))
	if err != nil {
		r.plain(code)
		return
	}
	r.page(code, string(data))
}

// plain sends the page nginx makes itself.
func (r *reply) plain(code int) {
	title := fmt.Sprintf("%d %s", code, statusText(code))
	r.page(code, "<html>\r\n<head><title>"+title+"</title></head>\r\n<body>\r\n<center><h1>"+title+
		"</h1></center>\r\n<hr><center>nginx/"+r.h.version+"</center>\r\n</body>\r\n</html>\r\n")
}

func (r *reply) page(code int, text string) {
	r.Header().Set("Content-Type", "text/html")
	r.Header().Set("Content-Length", strconv.Itoa(len(text)))
	r.WriteHeader(code)
	if r.Method != http.MethodHead {
		r.body(text)
	}
}

// statusText is nginx' wording where it differs from net/http's.
func statusText(code int) string {
	switch code {
	case http.StatusMethodNotAllowed:
		return "Not Allowed"
	case http.StatusFound:
		return "Found"
	case http.StatusServiceUnavailable:
		return "Service Temporarily Unavailable"
	case http.StatusGatewayTimeout:
		return "Gateway Time-out"
	}
	return http.StatusText(code)
}

// errnoText is an error as nginx logs it: number and words of Linux.
func errnoText(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "2: No such file or directory"
	case errors.Is(err, fs.ErrPermission):
		return "13: Permission denied"
	case errors.Is(err, syscall.ENOTDIR):
		return "20: Not a directory"
	case errors.Is(err, syscall.EISDIR):
		return "21: Is a directory"
	case errors.Is(err, syscall.EADDRINUSE):
		return "98: Address already in use"
	}
	return err.Error()
}
