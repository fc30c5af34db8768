package shellenv

import (
	"path/filepath"
	"strings"
)

// start is how an interactive shell of one kind gets its prompt.
type start struct {
	Args    []string
	Files   []File
	exports []variable
}

// interactive reads the user's own start-up files first and changes only the
// prompt afterwards. The variables are set once more, because those files often
// set PATH or KUBECONFIG themselves.
func interactive(in Input, exports []variable) start {
	switch in.Kind {
	case Bash:
		return bash(in, exports)
	case Zsh:
		return zsh(in, exports)
	case Fish:
		return fish(in, exports)
	case PowerShell:
		return powerShell(in, exports)
	case Cmd:
		return cmd(in)
	default:
		return posix(in, exports)
	}
}

func tag(in Input) string { return "(labctl:" + in.Lab + ") " }

func bash(in Input, exports []variable) start {
	rc := filepath.Join(in.Dir, "bashrc")
	content := "[ -f ~/.bashrc ] && . ~/.bashrc\n" + exportLines(exports) +
		// A prompt program may set PS1 anew before every prompt.
		"_labctl_prompt() { case \"$PS1\" in " + quote(tag(in)) + "*) ;; *) PS1=" + quote(tag(in)) + "\"$PS1\" ;; esac; }\n" +
		"PROMPT_COMMAND=\"${PROMPT_COMMAND:+$PROMPT_COMMAND\n}_labctl_prompt\"\n"
	return start{Args: []string{"--rcfile", rc, "-i"}, Files: []File{{Path: rc, Content: content}}}
}

func zsh(in Input, exports []variable) start {
	dir := filepath.Join(in.Dir, "zsh")
	own := "${LABCTL_ZDOTDIR:-$HOME}"
	env := "[[ -f " + own + "/.zshenv ]] && source " + own + "/.zshenv\nZDOTDIR=" + quote(dir) + "\n"
	rc := "ZDOTDIR=" + own + "\n[[ -f $ZDOTDIR/.zshrc ]] && source $ZDOTDIR/.zshrc\n" + exportLines(exports) +
		"_labctl_prompt() { [[ $PROMPT == " + quote(tag(in)) + "* ]] || PROMPT=" + quote(tag(in)) + "$PROMPT }\n" +
		"precmd_functions+=(_labctl_prompt)\n"
	files := []File{{Path: filepath.Join(dir, ".zshenv"), Content: env}, {Path: filepath.Join(dir, ".zshrc"), Content: rc}}
	moved := []variable{{"ZDOTDIR", dir}}
	if old := lookup(in.Environ, "ZDOTDIR", in.GOOS); old != "" {
		moved = append(moved, variable{"LABCTL_ZDOTDIR", old})
	}
	return start{Args: []string{"-i"}, Files: files, exports: moved}
}

func fish(in Input, exports []variable) start {
	init := filepath.Join(in.Dir, "init.fish")
	var content strings.Builder
	for _, v := range exports {
		value := quoteFish(v.value)
		if v.name == "PATH" {
			value = quoteFish(filepath.Join(in.Dir, "bin")) + " $PATH"
		}
		content.WriteString("set -gx " + v.name + " " + value + "\n")
	}
	content.WriteString("functions -q fish_prompt; and functions -c fish_prompt __labctl_prompt\n" +
		"function fish_prompt\n    printf '%s' " + quoteFish(tag(in)) + "\n    functions -q __labctl_prompt; and __labctl_prompt\nend\n")
	return start{Args: []string{"--interactive", "--init-command", "source " + quoteFish(init)}, Files: []File{{Path: init, Content: content.String()}}}
}

func powerShell(in Input, exports []variable) start {
	init := filepath.Join(in.Dir, "init.ps1")
	var content strings.Builder
	for _, v := range exports {
		content.WriteString("$env:" + v.name + " = " + quotePowerShell(v.value) + "\n")
	}
	content.WriteString("$global:__labctlPrompt = $function:prompt\n" +
		"function global:prompt { " + quotePowerShell(tag(in)) + " + (& $global:__labctlPrompt) }\n")
	return start{Args: []string{"-NoLogo", "-NoExit", "-Command", ". " + quotePowerShell(init)}, Files: []File{{Path: init, Content: content.String()}}}
}

func cmd(in Input) start {
	prompt := lookup(in.Environ, "PROMPT", in.GOOS)
	if prompt == "" {
		prompt = "$P$G"
	}
	return start{Args: []string{"/K"}, exports: []variable{{"PROMPT", "$Clabctl:" + in.Lab + "$F " + prompt}}}
}

// posix shells read the file $ENV names when they are interactive.
func posix(in Input, exports []variable) start {
	rc := filepath.Join(in.Dir, "shrc")
	content := ""
	if old := lookup(in.Environ, "ENV", in.GOOS); old != "" && old != rc {
		content = "[ -f " + quote(old) + " ] && . " + quote(old) + "\n"
	}
	content += exportLines(exports) + "PS1=" + quote(tag(in)) + "\"$PS1\"\n"
	return start{Args: []string{"-i"}, Files: []File{{Path: rc, Content: content}}, exports: []variable{{"ENV", rc}}}
}

// exportLines sets the variables in POSIX syntax; PATH keeps what start-up
// files added.
func exportLines(exports []variable) string {
	var text strings.Builder
	for _, v := range exports {
		value := quote(v.value)
		if v.name == "PATH" {
			value = quote(firstOf(v.value)) + ":\"$PATH\""
		}
		text.WriteString("export " + v.name + "=" + value + "\n")
	}
	return text.String()
}

func firstOf(path string) string {
	first, _, _ := strings.Cut(path, ":")
	return first
}
