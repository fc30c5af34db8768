package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/labctl-dev/labctl/internal/i18n"
)

var (
	textLooking = i18n.Text{
		KO: "무엇을 빌드해야 하는지 살펴봅니다. 처음이라면 소스도 내려받습니다.",
		EN: "Looking at what must be built; the first time this also downloads the sources.",
	}
	textDownloading = i18n.Text{KO: "  소스 내려받는 중: {n}개 · {name}", EN: "  downloading sources: {n} · {name}"}
	textBig         = i18n.Text{
		KO: "labctl과 쿠버네티스 전체(etcd, API 서버, 컨트롤러, 스케줄러, kubelet, kubectl)를 컴파일합니다: 패키지 {n}개.\n" +
			"처음 한 번만 오래 걸립니다(코어 2개에서 6~10분). 결과는 Go가 보관하므로 다음부터는 몇 초면 됩니다.\n" +
			"Ctrl-C로 멈춰도 괜찮습니다. 다시 실행하면 이어서 빌드합니다.",
		EN: "Compiling labctl and all of Kubernetes (etcd, API server, controllers, scheduler, kubelet, kubectl): {n} packages.\n" +
			"Only the first time is long (6 to 10 minutes on 2 cores); Go keeps the result, so later builds take seconds.\n" +
			"Ctrl-C is safe: the next run goes on from there.",
	}
	textProgress = i18n.Text{
		KO: "  {done}/{total} 패키지 ({percent}%) · {elapsed} 지남 · 약 {left} 남음",
		EN: "  {done}/{total} packages ({percent}%) · {elapsed} so far · about {left} left",
	}
	textLinking     = i18n.Text{KO: "  실행 파일을 만드는 중(링크) · {elapsed} 지남", EN: "  linking the programs · {elapsed} so far"}
	textDone        = i18n.Text{KO: "빌드가 끝났습니다({took}): {dir}/labctl, {dir}/labctl-plane", EN: "Built in {took}: {dir}/labctl, {dir}/labctl-plane"}
	textInterrupted = i18n.Text{
		KO: "빌드를 멈췄습니다. 다시 실행하면 이어서 빌드합니다.",
		EN: "The build was interrupted. Run it again to go on from there.",
	}
)

// talker writes to a person: one line that is redrawn on a terminal, now and
// then a line where there is none. It is safe for concurrent use.
type talker struct {
	out  io.Writer
	tty  bool
	lang i18n.Lang
	now  func() time.Time

	mu    sync.Mutex
	width int       // columns the redrawn line covers now
	last  time.Time // when progress was last written without a terminal
}

// quiet is the time between two lines of progress without a terminal.
const quiet = 10 * time.Second

// line writes a lasting line.
func (t *talker) line(text i18n.Text, args map[string]string) {
	t.raw(i18n.Fill(text.In(t.lang), args))
}

// raw writes a lasting line that is not ours, such as a compiler's message.
func (t *talker) raw(s string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.wipe()
	fmt.Fprintln(t.out, s)
}

// passing writes a line that the next one may replace.
func (t *talker) passing(text i18n.Text, args map[string]string) {
	s := i18n.Fill(text.In(t.lang), args)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.tty {
		t.wipe()
		fmt.Fprint(t.out, s)
		t.width = columns(s)
		return
	}
	if now := t.now(); now.Sub(t.last) >= quiet {
		t.last = now
		fmt.Fprintln(t.out, s)
	}
}

// clear takes the redrawn line away.
func (t *talker) clear() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.wipe()
}

func (t *talker) wipe() {
	if t.width > 0 {
		fmt.Fprint(t.out, "\r"+strings.Repeat(" ", t.width)+"\r")
		t.width = 0
	}
}

// columns is the width of s on a terminal: Hangul takes two cells.
func columns(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r >= 0x1100 && r <= 0x115f || r >= 0xac00 && r <= 0xd7a3 {
			n++
		}
	}
	return n
}

// clock shows a time span as people read it: 8s, 2m05s.
func clock(d time.Duration) string {
	seconds := int(d.Round(time.Second).Seconds())
	if seconds < 60 {
		return fmt.Sprintf("%ds", seconds)
	}
	return fmt.Sprintf("%dm%02ds", seconds/60, seconds%60)
}
