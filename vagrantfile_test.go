package labctl_test

import (
	"flag"
	"os"
	"strings"
	"testing"
	"text/template"

	"github.com/google/go-cmp/cmp"

	"github.com/labctl-dev/labctl"
	"github.com/labctl-dev/labctl/provision"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// vagrantData is what Vagrantfile.tmpl is executed with. Every string is a Ruby
// literal made by quoteRuby.
type vagrantData struct {
	Box, BoxVersion, Group string
	Machines               []vagrantMachine
}

type vagrantMachine struct {
	Name, IP, VM             string
	SSHPort, CPUs, MemoryMiB int
}

// quoteRuby makes a Ruby literal of s. Single quotes: only \ and ' mean
// something inside them, so nothing in s can run.
func quoteRuby(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

func render(data any) (string, error) {
	tmpl, err := template.New("Vagrantfile").Option("missingkey=error").Parse(labctl.VagrantfileTemplate)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	err = tmpl.Execute(&out, data)
	return out.String(), err
}

func defaultData() vagrantData {
	data := vagrantData{Box: quoteRuby("labctl/centos-stream-9"), Group: quoteRuby("/labctl default")}
	for i, node := range provision.DefaultPlan().Nodes {
		data.Machines = append(data.Machines, vagrantMachine{
			Name: quoteRuby(node.Name), IP: quoteRuby(node.IP.String()), VM: quoteRuby("labctl-default-" + node.Name),
			SSHPort: 60010 + i, CPUs: 2, MemoryMiB: 2048,
		})
	}
	return data
}

func TestVagrantfileOfTheDefaultPlan(t *testing.T) {
	t.Parallel()
	got, err := render(defaultData())
	if err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/Vagrantfile.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(read(t, golden)), got); diff != "" {
		t.Errorf("Vagrantfile (-golden +got), -update accepts it:\n%s", diff)
	}
}

func TestVagrantfileRefusesMissingValues(t *testing.T) {
	t.Parallel()
	if got, err := render(map[string]any{"Box": "'b'"}); err == nil {
		t.Errorf("rendered without machines:\n%s", got)
	}
}

func TestVagrantfileKeepsStringsStrings(t *testing.T) {
	t.Parallel()
	data := defaultData()
	data.Box = quoteRuby(`#{system('x')}\'; system "y"`)
	got, err := render(data)
	if err != nil {
		t.Fatal(err)
	}
	if want := `config.vm.box = '#{system(\'x\')}\\\'; system "y"'` + "\n"; !strings.Contains(got, want) {
		t.Errorf("Vagrantfile lacks %s:\n%s", want, got)
	}
}

// FuzzQuoteRuby reads the literal back by Ruby's rule for single quotes.
func FuzzQuoteRuby(f *testing.F) {
	for _, seed := range []string{"", "m-k8s", `\`, `'`, `\'`, `#{1}`, "한글", "a\nb"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		literal := quoteRuby(s)
		var back strings.Builder
		body := literal[1:]
		for i := 0; ; i++ {
			if i >= len(body) {
				t.Fatalf("%s never ends", literal)
			}
			if body[i] == '\'' {
				if i != len(body)-1 {
					t.Fatalf("%s ends early", literal)
				}
				break
			}
			if body[i] == '\\' {
				i++
			}
			back.WriteByte(body[i])
		}
		if back.String() != s {
			t.Fatalf("quoteRuby(%q) = %s, which Ruby reads as %q", s, literal, back.String())
		}
	})
}
