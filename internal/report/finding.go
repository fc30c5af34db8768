package report

import (
	"github.com/labctl-dev/labctl/internal/check"
	"github.com/labctl-dev/labctl/internal/i18n"
)

// Finding words one reason of a failure: what should be where, what is there,
// and in which element of a list.
func Finding(f check.Finding, lang i18n.Lang) string {
	args := map[string]string{"path": f.Path, "expected": f.Expected, "seen": f.Seen, "op": string(f.Op), "element": f.Element}
	text := i18n.Fill(wanted(f).In(lang), args)
	if seen := seen(f).In(lang); seen != "" {
		text += " " + i18n.Fill(seen, args)
	}
	if f.Element != "" {
		text = i18n.Fill("[{element}] ", args) + text
	}
	if f.AnyOf {
		text += i18n.Text{KO: " (여럿 가운데 하나만 맞아도 됩니다.)", EN: " (One of several is enough.)"}.In(lang)
	}
	return text
}

func wanted(f check.Finding) i18n.Text {
	switch f.Op {
	case check.OpPresent:
		return i18n.Text{KO: "`{path}`: 있어야 합니다.", EN: "`{path}`: should be there."}
	case check.OpTrue:
		return i18n.Text{KO: "`{path}`: 참이어야 합니다.", EN: "`{path}`: should be true."}
	case check.OpFalse:
		return i18n.Text{KO: "`{path}`: 참이 아니어야 합니다.", EN: "`{path}`: should not be true."}
	case check.OpContains:
		return i18n.Text{KO: "`{path}`: {expected} 을(를) 포함해야 합니다.", EN: "`{path}`: should contain {expected}."}
	case check.OpIn:
		return i18n.Text{KO: "`{path}`: {expected} 가운데 하나여야 합니다.", EN: "`{path}`: should be one of {expected}."}
	case check.OpEqual:
		return i18n.Text{KO: "`{path}`: {expected} 이어야 합니다.", EN: "`{path}`: should be {expected}."}
	}
	return i18n.Text{KO: "`{path}`: {op} {expected} 이어야 합니다.", EN: "`{path}`: should be {op} {expected}."}
}

func seen(f check.Finding) i18n.Text {
	switch {
	case f.Absent && f.Seen != "":
		return i18n.Text{KO: "지금 있는 것: {seen}", EN: "There is: {seen}"}
	case f.Absent && f.Op != check.OpPresent:
		return i18n.Text{KO: "지금은 값이 없습니다.", EN: "There is nothing now."}
	case f.Seen == "" || f.Seen == "true" || f.Seen == "false":
		return i18n.Text{}
	}
	return i18n.Text{KO: "지금은 {seen} 입니다.", EN: "It is {seen}."}
}
