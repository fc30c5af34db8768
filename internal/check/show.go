package check

import (
	"encoding/json"
	"fmt"
)

const maxShown = 120 // characters of one value in a finding

// showAny words any plain value; maps and lists as compact JSON.
func showAny(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case string:
		return fmt.Sprintf("%q", v)
	}
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(data)
}

func clip(s string) string {
	runes := []rune(s)
	if len(runes) <= maxShown {
		return s
	}
	return string(runes[:maxShown-1]) + "…"
}
