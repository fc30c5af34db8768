package plane_test

import (
	"io"
	"testing"
	"testing/synctest"

	"github.com/labctl-dev/labctl/internal/plane"
)

func TestLifelineEndsTheProcessWithItsSupervisor(t *testing.T) {
	t.Parallel()
	for _, held := range []bool{false, true} {
		read, write := io.Pipe()
		exited := make(chan int, 1)
		go plane.Lifeline(read, held, func(code int) { exited <- code })
		_ = write.Close() // the supervisor is gone
		if code := <-exited; code == 0 {
			t.Errorf("held %v: exit 0, want a failure", held)
		}
	}
}

func TestHeldProcessWaitsToBeLetGo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		read, write := io.Pipe()
		exited, free := make(chan int, 1), make(chan struct{})
		go func() {
			plane.Lifeline(read, true, func(code int) { exited <- code })
			close(free)
		}()
		synctest.Wait() // until it can go no further by itself
		select {
		case <-free:
			t.Fatal("it did not wait")
		default:
		}
		if _, err := write.Write([]byte{'\n'}); err != nil {
			t.Fatal(err)
		}
		<-free
		synctest.Wait()
		select {
		case code := <-exited:
			t.Fatalf("it exited with %d when it was let go", code)
		default:
		}
		_ = write.Close()
		<-exited
	})
}
