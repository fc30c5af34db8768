package gateway

import (
	"context"
	"crypto/subtle"
	"net"
	"net/http"
	"net/http/httputil"

	"github.com/labctl-dev/labctl/provision/embedded/planeconf"
)

// learner serves `labctl shell` and everything else on this computer that knows
// the password, as a forward proxy (RFC 9110 §7.6): CONNECT, and requests in
// absolute form.
func (g *Gateway) learner(w http.ResponseWriter, r *http.Request) {
	if !g.allowed(r) {
		w.Header().Set("Proxy-Authenticate", `Basic realm="labctl"`)
		http.Error(w, "labctl: this proxy is for `labctl shell`", http.StatusProxyAuthRequired)
		return
	}
	if r.Method == http.MethodConnect {
		g.connect(w, r)
		return
	}
	if r.URL.Host == "" {
		http.Error(w, "labctl: this is a proxy, not a web server", http.StatusBadRequest)
		return
	}
	g.forward(w, r)
}

func (g *Gateway) allowed(r *http.Request) bool {
	// Proxy-Authorization has the form of Authorization, for which there is a parser.
	probe := http.Request{Header: http.Header{"Authorization": r.Header.Values("Proxy-Authorization")}}
	user, password, ok := probe.BasicAuth()
	userOK := subtle.ConstantTimeCompare([]byte(user), []byte(planeconf.ProxyUser)) == 1
	passwordOK := subtle.ConstantTimeCompare([]byte(password), []byte(g.secret)) == 1
	return ok && userOK && passwordOK
}

func (g *Gateway) forward(w http.ResponseWriter, r *http.Request) {
	proxy := httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			p.Out.Header.Del("Proxy-Authorization")
			p.Out.Host = p.In.Host
		},
		Transport: &http.Transport{
			DisableKeepAlives: true, // a pod may be gone at the next request
			DialContext: func(ctx context.Context, _, address string) (net.Conn, error) {
				return g.dial(ctx, address)
			},
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			http.Error(w, "labctl: "+r.URL.Host+": "+err.Error(), http.StatusBadGateway)
		},
	}
	proxy.ServeHTTP(w, r)
}
