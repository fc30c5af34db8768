package supervisor

import "testing"

func TestTheTellingLine(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"last line", "one\ntwo\n", "two"},
		{"panic", "ready\npanic: it broke\n\ngoroutine 1 [running]:\nmain.main()\n\tmain.go:24 +0x150\n", "panic: it broke"},
		{"full disk before a panic", "panic: boom\nwrite wal: no space left on device\n\tmain.go:1\n", "write wal: no space left on device"},
		{"nothing", "", ""},
	}
	for _, tt := range tests {
		if got := telling(tt.text); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
