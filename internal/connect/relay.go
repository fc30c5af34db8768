package connect

import (
	"context"
	"io"
	"net"
)

// Relay copies between a and b until both directions have ended or ctx ends,
// then closes both. A half that ends is passed on as such, so that a client
// that has sent all still gets its answer.
func Relay(ctx context.Context, a, b net.Conn) {
	stop := context.AfterFunc(ctx, func() {
		_ = a.Close()
		_ = b.Close()
	})
	defer stop()
	done := make(chan struct{})
	go func() {
		defer close(done)
		pump(a, b)
	}()
	pump(b, a)
	<-done
	_ = a.Close()
	_ = b.Close()
}

func pump(dst, src net.Conn) {
	// Errors end the direction just as the end of the stream does; whichever
	// side failed, the other learns it from its own half.
	_, err := io.Copy(dst, src)
	if err != nil {
		_ = dst.Close()
		_ = src.Close()
		return
	}
	_ = closeWrite(dst)
}
