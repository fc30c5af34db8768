package check

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// reachVerb is `reach: {http: <CEL>, status: 200, contains: text}` or
// `reach: {tcp: <CEL>}`, with `refused: true` for what must not answer. The CEL
// expression gives the address, so it follows the live object.
type reachVerb struct{}

const (
	defaultReachTimeout = 3 * time.Second
	maxReachTimeout     = 30 * time.Second
	maxBody             = 1 << 20 // bytes of an answer that are looked at
)

type reachSpec struct {
	HTTP     string   `json:"http"`
	TCP      string   `json:"tcp"`
	Status   int      `json:"status"` // 200 if 0
	Contains string   `json:"contains"`
	Refused  bool     `json:"refused"`
	Timeout  Duration `json:"timeout"`
}

func (reachVerb) Name() string { return "reach" }

func (v reachVerb) Compile(scope Scope, arg any) (Runner, []Fault) {
	var spec reachSpec
	if err := decode(arg, &spec); err != nil {
		return nil, []Fault{fault([]string{v.Name()}, "write `reach: {http: …}` or `reach: {tcp: …}`", "%v", err)}
	}
	if (spec.HTTP == "") == (spec.TCP == "") {
		return nil, []Fault{fault([]string{v.Name()}, "keep exactly one of http and tcp", "needs either http or tcp")}
	}
	if time.Duration(spec.Timeout) > maxReachTimeout {
		return nil, []Fault{fault([]string{v.Name(), "timeout"}, "use at most 30s", "is too long")}
	}
	key, source := "http", spec.HTTP
	if spec.TCP != "" {
		key, source = "tcp", spec.TCP
	}
	address, faults := scope.celArg(source, v.Name(), key)
	return reachRun{spec: spec, address: address}, faults
}

type reachRun struct {
	spec    reachSpec
	address *expression
}

func (r reachRun) Run(ctx context.Context, in Input) Verdict {
	value, err := r.address.eval(ctx, in.Vars)
	if err != nil {
		if missing(err) {
			return Verdict{State: Fail, Message: say("builtin.no_address")}
		}
		return cannotTell(err)
	}
	address, ok := value.Value().(string)
	if !ok || address == "" {
		return Verdict{State: Fail, Message: say("builtin.no_address")}
	}
	if in.Dialer == nil {
		return cannotTell(errors.New("this lab gives no way into its network"))
	}
	limit := time.Duration(r.spec.Timeout)
	if limit == 0 {
		limit = defaultReachTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if r.spec.TCP != "" {
		return r.tcp(ctx, in.Dialer, address)
	}
	return r.http(ctx, in.Dialer, address)
}

func (r reachRun) tcp(ctx context.Context, dialer Dialer, address string) Verdict {
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return r.unreached(address, err)
	}
	_ = conn.Close()
	return r.reached(address)
}

func (r reachRun) http(ctx context.Context, dialer Dialer, address string) Verdict {
	target, err := url.Parse(address)
	if err != nil || target.Host == "" || (target.Scheme != "http" && target.Scheme != "https") {
		return cannotTell(fmt.Errorf("%q is not an http address", address))
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return cannotTell(fmt.Errorf("asking %s: %w", address, err))
	}
	transport := &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true}
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		return r.unreached(address, err)
	}
	defer func() { _ = response.Body.Close() }()
	if r.spec.Refused {
		return r.reached(address)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	if err != nil {
		return r.unreached(address, err)
	}
	return r.judge(address, response.StatusCode, string(body))
}

func (r reachRun) judge(address string, status int, body string) Verdict {
	want := r.spec.Status
	if want == 0 {
		want = http.StatusOK
	}
	if status != want {
		return Verdict{
			State: Fail, Message: say("builtin.reach_status", "address", address, "status", fmt.Sprint(status)),
			Findings: []Finding{{Path: "status", Op: OpEqual, Expected: fmt.Sprint(want), Seen: fmt.Sprint(status)}},
		}
	}
	if !strings.Contains(body, r.spec.Contains) {
		return Verdict{
			State: Fail, Message: say("builtin.reach_body", "address", address, "text", r.spec.Contains),
			Findings: []Finding{{Path: "body", Op: OpContains, Expected: showAny(r.spec.Contains), Seen: clip(showAny(strings.TrimSpace(body)))}},
		}
	}
	return Verdict{State: Pass}
}

func (r reachRun) reached(address string) Verdict {
	if r.spec.Refused {
		return Verdict{State: Fail, Message: say("builtin.reach_open", "address", address)}
	}
	return Verdict{State: Pass}
}

func (r reachRun) unreached(address string, err error) Verdict {
	if door := new(DoorError); errors.As(err, &door) {
		return cannotTell(err)
	}
	if r.spec.Refused {
		return Verdict{State: Pass}
	}
	key := "builtin.reach_refused"
	var timeout net.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded) || (errors.As(err, &timeout) && timeout.Timeout()):
		key = "builtin.reach_timeout"
	case errors.Is(err, syscall.EHOSTUNREACH):
		key = "builtin.reach_route"
	}
	return Verdict{State: Fail, Message: say(key, "address", address)}
}

// decode fills a struct from plain values and refuses unknown fields.
func decode(arg, into any) error {
	data, err := json.Marshal(arg)
	if err != nil {
		return fmt.Errorf("reading the argument: %w", err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(data)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("reading the argument: %w", err)
	}
	return nil
}
