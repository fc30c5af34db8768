package progress

import "github.com/labctl-dev/labctl/internal/i18n"

// stepTitles names the steps the providers announce. A step that is not here
// is shown by its machine name.
func stepTitles() []stepTitle {
	return []stepTitle{
		{"plan", i18n.Text{KO: "계획 세우기", EN: "Make the plan"}},
	}
}
