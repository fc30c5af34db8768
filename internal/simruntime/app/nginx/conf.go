// Package nginx owns the nginx of simulated containers: a real HTTP server that
// reads nginx's configuration files as far as lessons use them, and says in its
// log what it does not simulate.
package nginx

import (
	"fmt"
	"strings"
)

// directive is one statement of a configuration file.
type directive struct {
	name  string
	args  []string
	block []directive // nil without { }
	file  string
	line  int
}

// arg returns the n-th argument or "".
func (d directive) arg(n int) string {
	if n < len(d.args) {
		return d.args[n]
	}
	return ""
}

// syntaxError is worded as nginx does.
type syntaxError struct {
	what string
	file string
	line int
}

func (e *syntaxError) Error() string { return fmt.Sprintf("%s in %s:%d", e.what, e.file, e.line) }

// token is a word, or one of ; { }.
type token struct {
	text   string
	quoted bool
	line   int
}

func (t token) is(text string) bool { return !t.quoted && t.text == text }

// maxDepth bounds nested blocks: real configurations have four.
const maxDepth = 32

// parseConf reads a configuration file.
func parseConf(text, file string) ([]directive, error) {
	tokens, err := scan(text, file)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens, file: file, last: strings.Count(text, "\n") + 1}
	list, err := p.block(0)
	if err != nil {
		return nil, err
	}
	if len(p.tokens) > 0 {
		return nil, &syntaxError{`unexpected "}"`, file, p.tokens[0].line}
	}
	return list, nil
}

type parser struct {
	tokens []token
	file   string
	last   int
}

func (p *parser) block(depth int) ([]directive, error) {
	list := []directive{}
	if depth > maxDepth {
		return nil, &syntaxError{"too many nested blocks", p.file, p.tokens[0].line}
	}
	for len(p.tokens) > 0 && !p.tokens[0].is("}") {
		d, err := p.directive(depth)
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, nil
}

func (p *parser) directive(depth int) (directive, error) {
	first := p.tokens[0]
	if first.is(";") || first.is("{") {
		return directive{}, &syntaxError{fmt.Sprintf("unexpected %q", first.text), p.file, first.line}
	}
	d := directive{name: first.text, file: p.file, line: first.line}
	for p.tokens = p.tokens[1:]; len(p.tokens) > 0; p.tokens = p.tokens[1:] {
		switch t := p.tokens[0]; {
		case t.is(";"):
			p.tokens = p.tokens[1:]
			return d, nil
		case t.is("}"):
			return d, &syntaxError{`unexpected "}"`, p.file, t.line}
		case t.is("{"):
			p.tokens = p.tokens[1:]
			block, err := p.block(depth + 1)
			if err != nil {
				return d, err
			}
			if len(p.tokens) == 0 {
				return d, &syntaxError{`unexpected end of file, expecting "}"`, p.file, p.last}
			}
			p.tokens = p.tokens[1:]
			d.block = block
			return d, nil
		default:
			d.args = append(d.args, t.text)
		}
	}
	return d, &syntaxError{`unexpected end of file, expecting ";" or "}"`, p.file, p.last}
}

// scan splits text into tokens.
func scan(text, file string) ([]token, error) {
	var tokens []token
	line := 1
	for i := 0; i < len(text); {
		switch c := text[i]; c {
		case '\n':
			line++
			i++
		case ' ', '\t', '\r':
			i++
		case '#':
			if n := strings.IndexByte(text[i:], '\n'); n >= 0 {
				i += n
			} else {
				i = len(text)
			}
		case ';', '{', '}':
			tokens = append(tokens, token{text: string(c), line: line})
			i++
		case '"', '\'':
			word, n := quotedWord(text[i:])
			if n == 0 {
				return nil, &syntaxError{`unexpected end of file, expecting ";" or "}"`, file, line}
			}
			tokens = append(tokens, token{text: word, quoted: true, line: line})
			line += strings.Count(text[i:i+n], "\n")
			i += n
		default:
			n := wordLength(text[i:])
			tokens = append(tokens, token{text: text[i : i+n], line: line})
			i += n
		}
	}
	return tokens, nil
}

// wordLength is at least 1. "${name}" is part of a word.
func wordLength(s string) int {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case ' ', '\t', '\r', '\n', ';':
			return max(i, 1)
		case '\\':
			i++
		case '{':
			end := variableEnd(s, i)
			if end < 0 {
				return max(i, 1)
			}
			i = end
		case '}':
			return max(i, 1)
		}
	}
	return len(s)
}

// variableEnd is the place of the brace that closes "${name", which the brace at
// i opens, or -1.
func variableEnd(s string, i int) int {
	end := strings.IndexByte(s[i:], '}')
	if i == 0 || s[i-1] != '$' || end < 0 {
		return -1
	}
	return i + end
}

// quotedWord returns the word and the length with its quotes, 0 when unclosed.
func quotedWord(s string) (string, int) {
	var word strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == s[0]:
			return word.String(), i + 1
		case s[i] == '\\' && i+1 < len(s):
			i++
			switch s[i] {
			case 'n':
				word.WriteByte('\n')
			case 't':
				word.WriteByte('\t')
			case 'r':
				word.WriteByte('\r')
			case '"', '\'', '\\':
				word.WriteByte(s[i])
			default:
				word.WriteString(s[i-1 : i+1])
			}
		default:
			word.WriteByte(s[i])
		}
	}
	return "", 0
}
