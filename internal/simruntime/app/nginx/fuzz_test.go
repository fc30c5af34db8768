package nginx

import (
	"strings"
	"testing"
)

// FuzzParse holds that no text makes the parser fail other than by its errors,
// and that what it accepts has names.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"server { listen 80; }", "a \"b;\" 'c' ${d}e; # x\n", "}", "{", "a{b{c{}}}", "a\\", `"`, "location ~ \\.php$ { return 200 \"$host\"; }",
		strings.Repeat("a{", 100), "${", "$;", "a ${b", "\x00;",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		list, err := parseConf(text, "/f")
		if err != nil {
			if !strings.Contains(err.Error(), " in /f:") {
				t.Errorf("an error without a place: %v", err)
			}
			return
		}
		var check func([]directive)
		check = func(list []directive) {
			for _, d := range list {
				if d.line < 1 || d.line > strings.Count(text, "\n")+1 {
					t.Errorf("%q stands in line %d", d.name, d.line)
				}
				check(d.block)
			}
		}
		check(list)
	})
}
