package check

import "github.com/labctl-dev/labctl/internal/i18n"

// say makes a built-in message; args come in pairs.
func say(key string, args ...string) *Message {
	m := &Message{Key: key, Args: map[string]string{}, Text: Builtin()[key]}
	for i := 0; i+1 < len(args); i += 2 {
		m.Args[args[i]] = args[i+1]
	}
	if kind, ok := m.Args["kind"]; ok {
		m.Args["kind_ko"] = kindKO(kind)
	}
	return m
}

// kindKO is what Korean textbooks call a kind; one they leave in English stays.
func kindKO(kind string) string {
	switch kind {
	case "Pod":
		return "파드"
	case "Deployment":
		return "디플로이먼트"
	case "ReplicaSet":
		return "레플리카셋"
	case "Service":
		return "서비스"
	case "Node":
		return "노드"
	case "Namespace":
		return "네임스페이스"
	default:
		return kind
	}
}

// Builtin lists the messages every course can count on. A course may name them
// in expect.yaml of a wrong answer.
func Builtin() map[string]i18n.Text {
	return map[string]i18n.Text{
		"builtin.cannot_tell":   {KO: "지금은 확인할 수 없습니다: {detail}", EN: "This cannot be told right now: {detail}"},
		"builtin.absent":        {KO: "{kind_ko} `{name}`이(가) 아직 없습니다(네임스페이스 `{namespace}`).", EN: "There is no {kind} `{name}` yet (namespace `{namespace}`)."},
		"builtin.absent_any":    {KO: "조건에 맞는 {kind_ko}이(가) 아직 없습니다.", EN: "There is no matching {kind} yet."},
		"builtin.not_yet":       {KO: "아직 바라는 상태가 아닙니다.", EN: "It is not in the wanted state yet."},
		"builtin.holding":       {KO: "조건이 맞습니다. 그대로 유지되는지 지켜보고 있습니다({want} 동안).", EN: "The condition is met. Watching whether it stays so (for {want})."},
		"builtin.watching":      {KO: "일어나면 안 되는 일이 생기는지 지켜보고 있습니다({want} 동안).", EN: "Watching that what must not happen does not happen (for {want})."},
		"builtin.looking":       {KO: "아직 확인하고 있습니다. 응답을 기다립니다.", EN: "Still looking: an answer is awaited."},
		"builtin.happened":      {KO: "일어나면 안 되는 일이 일어났습니다.", EN: "What must not happen has happened."},
		"builtin.no_address":    {KO: "접속할 주소가 아직 없습니다.", EN: "There is no address to reach yet."},
		"builtin.reach_refused": {KO: "{address} 에 접속했지만 연결을 거절당했습니다. 그 주소에서 듣고 있는 프로그램이 없습니다.", EN: "{address} refused the connection: nothing listens there."},
		"builtin.reach_route":   {KO: "{address} 까지 가는 길이 없습니다. 그 주소를 가진 파드가 아직 준비되지 않았거나 이미 사라졌습니다.", EN: "There is no way to {address}: the pod with that address is not up yet, or gone."},
		"builtin.reach_timeout": {KO: "{address} 에서 제시간에 응답이 없습니다.", EN: "{address} did not answer in time."},
		"builtin.reach_status":  {KO: "{address} 이(가) 응답했지만 상태 코드가 {status} 입니다.", EN: "{address} answered, but with status {status}."},
		"builtin.reach_body":    {KO: "{address} 이(가) 응답했지만 내용에 `{text}` 이(가) 없습니다. 다른 프로그램이 응답하는 것 같습니다.", EN: "{address} answered, but without `{text}`; another program seems to answer."},
		"builtin.reach_open":    {KO: "{address} 에 접속이 됩니다. 막혀 있어야 합니다.", EN: "{address} can be reached, but should not be."},
		"builtin.answer_none":   {KO: "아직 답을 적지 않았습니다.", EN: "You have not answered yet."},
		"builtin.answer_early":  {KO: "답과 비교할 대상이 아직 클러스터에 없습니다. 앞 단계를 먼저 끝내세요.", EN: "The cluster does not have yet what your answer is compared with. Finish the step before first."},
		"builtin.answer_wrong":  {KO: "`{given}` 은(는) 지금 클러스터의 값과 다릅니다. 값을 다시 확인하세요.", EN: "`{given}` is not what the cluster has now. Look once more."},

		"doctor.image_pull":    {KO: "파드 `{pod}`이(가) 이미지 `{image}`을(를) 가져오지 못했습니다({reason}). 이미지 이름과 태그에 오타가 없는지 보세요.", EN: "Pod `{pod}` cannot fetch the image `{image}` ({reason}). Check the image's name and tag for typing mistakes."},
		"doctor.crash_loop":    {KO: "파드 `{pod}`의 컨테이너 `{container}`이(가) 시작하자마자 끝나기를 되풀이합니다(종료 코드 {code}). 이 컨테이너의 로그에 이유가 있습니다.", EN: "Container `{container}` of pod `{pod}` keeps ending right after it starts (exit code {code}). Its log says why."},
		"doctor.unschedulable": {KO: "파드 `{pod}`을(를) 올릴 노드를 찾지 못했습니다: {detail}", EN: "No node can take pod `{pod}`: {detail}"},
		"doctor.creating":      {KO: "파드 `{pod}`의 컨테이너를 아직 만들고 있습니다. 마지막 이벤트: {detail}", EN: "The containers of pod `{pod}` are still being created. Last event: {detail}"},
		"doctor.creating_wait": {KO: "파드 `{pod}`의 컨테이너를 만들고 있습니다. 잠시 기다려 보세요.", EN: "The containers of pod `{pod}` are being created. Give it a moment."},
		"doctor.config":        {KO: "파드 `{pod}`의 설정에 문제가 있어 컨테이너를 만들지 못합니다({reason}): {detail}", EN: "The container of pod `{pod}` cannot be made from its settings ({reason}): {detail}"},
		"doctor.completed":     {KO: "파드 `{pod}`의 컨테이너 `{container}`이(가) 할 일을 마치고 끝났습니다(종료 코드 {code}). 계속 떠 있는 프로그램이 아닙니다.", EN: "Container `{container}` of pod `{pod}` has ended (exit code {code}); it is not a program that keeps running."},
		"doctor.not_ready":     {KO: "파드 `{pod}`은(는) 실행 중이지만 아직 준비(Ready)되지 않았습니다.", EN: "Pod `{pod}` runs but is not ready yet."},
		"doctor.terminating":   {KO: "파드 `{pod}`은(는) 지워지는 중입니다.", EN: "Pod `{pod}` is being deleted."},
	}
}
