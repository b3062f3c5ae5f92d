// A Room Chat 1.0 server in Go, on coder/websocket, written from PROTOCOL.md alone: rooms and serving.
//
// `go run . --port 8080` here; then `pytest conformance --url ws://127.0.0.1:8080/`.
package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"regexp"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"
)

const (
	maxMessage    = 64 * 1024
	maxBacklog    = 4 * 1024 * 1024       // bytes that may wait for a member (BCAST-14)
	burst, rate   = 2000.0, 1000.0        // messages read at once, and per second from then on (SEC-5)
	userlistDelay = 50 * time.Millisecond // for which changes of a room's members are gathered (PRES-6)
	writeTimeout  = 30 * time.Second      // for one message to a member
	headTimeout   = 10 * time.Second      // for a new connection's first request (SEC-4)
)

type object = map[string]any

func written(document object) []byte {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(document) // strings and lists of them cannot fail
	return bytes.TrimSpace(text.Bytes())
}

func errorOf(code, reason string) []byte {
	return written(object{"Type": "Error", "Code": code, "Reason": reason})
}

// member is a connection from its Status on. A goroutine of its own sends, so that no slow reader holds up others.
type member struct {
	connection *websocket.Conn
	wsid, name string
	mutex      sync.Mutex
	waiting    [][]byte
	backlog    int
	news       chan struct{}
}

// send queues a message; a member that has too many waiting is disconnected, never skipped (BCAST-9).
func (m *member) send(text []byte) {
	m.mutex.Lock()
	m.waiting = append(m.waiting, text)
	m.backlog += len(text)
	isSlow := m.backlog > maxBacklog
	m.mutex.Unlock()
	select {
	case m.news <- struct{}{}:
	default:
	}
	if isSlow {
		go m.connection.CloseNow()
	}
}

// sendAll sends what is queued, in its order, until it is told to stop or the connection ends.
func (m *member) sendAll(stop <-chan struct{}, stopped chan<- struct{}) {
	defer close(stopped)
	for {
		select {
		case <-m.news:
		case <-stop:
			return
		}
		m.mutex.Lock()
		texts := m.waiting
		m.waiting = nil
		m.mutex.Unlock()
		for _, text := range texts {
			if m.write(text) != nil {
				return
			}
		}
	}
}

func (m *member) write(text []byte) error {
	ctx, cancel := context.WithTimeout(context.Background(), writeTimeout)
	defer cancel()
	err := m.connection.Write(ctx, websocket.MessageText, text)
	m.mutex.Lock()
	m.backlog -= len(text)
	m.mutex.Unlock()
	return err
}

// chat holds all rooms. One lock, so that all members of a room see what happens in the same order.
type chat struct {
	mutex   sync.Mutex
	rooms   map[string]map[*member]bool
	listing map[string]bool
	origins []string
}

func (c *chat) enter(room string, m *member) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.rooms[room] == nil {
		c.rooms[room] = map[*member]bool{}
	}
	c.rooms[room][m] = true
	m.send(written(object{"Type": "Status", "WSID": m.wsid}))
	c.listSoon(room)
}

func (c *chat) leave(room string, m *member) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	delete(c.rooms[room], m)
	if len(c.rooms[room]) == 0 {
		delete(c.rooms, room)
	}
	c.listSoon(room)
}

// publish renames, then sends out, as far as the message asks for either (NICK-2 to NICK-4).
func (c *chat) publish(room string, m *member, message, author *string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if author != nil && *author != "" && *author != m.name {
		m.name = *author
		c.listSoon(room)
	}
	if message != nil {
		sent := time.Now().UTC().Format("2006-01-02 15:04:05")
		c.tell(room, object{
			"Type": "Chat", "Message": *message, "Author": m.name, "Room": room, "WSID": m.wsid, "Sent": sent,
		})
	}
}

func (c *chat) listSoon(room string) {
	if c.listing[room] {
		return
	}
	c.listing[room] = true
	time.AfterFunc(userlistDelay, func() {
		c.mutex.Lock()
		defer c.mutex.Unlock()
		delete(c.listing, room)
		users := []object{}
		for m := range c.rooms[room] {
			users = append(users, object{"Name": m.name})
		}
		c.tell(room, object{"Type": "userlist", "Users": users})
	})
}

func (c *chat) tell(room string, document object) {
	text := written(document)
	for m := range c.rooms[room] {
		m.send(text)
	}
}

func (c *chat) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Upgrade") == "" && r.Header.Get("Sec-WebSocket-Version") == "" {
		fmt.Fprintln(w, map[bool]string{true: "ok", false: "Open a WebSocket here."}[r.URL.Path == "/healthz"])
		return
	}
	if versions := r.Header.Values("Sec-WebSocket-Version"); len(versions) != 1 || versions[0] != "13" {
		w.Header().Set("Sec-WebSocket-Version", "13")
		http.Error(w, "send Sec-WebSocket-Version: 13", http.StatusUpgradeRequired)
		return
	}
	if !isWellFormed(r) {
		w.Header().Set("Connection", "close")
		http.Error(w, "this is no handshake", http.StatusBadRequest)
		return
	}
	if !c.isAllowed(r.Header.Get("Origin")) {
		http.Error(w, "this Origin is not allowed", http.StatusForbidden)
		return
	}
	room, err := roomOf(r.URL.RawQuery)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	connection, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		InsecureSkipVerify: true, // of the Origin, which isAllowed has verified
		CompressionMode:    websocket.CompressionContextTakeover,
	})
	if err == nil {
		c.host(connection, room)
	}
}

const token = `[-!#$%&'*+.^_|~0-9A-Za-z]+`

var (
	host       = regexp.MustCompile(`^(?:\[[0-9A-Fa-f:.]+\]|[-\w.~!$&'()*+,;=%]*)(?::[0-9]*)?$`)
	extension  = token + `(?:[ \t]*;[ \t]*` + token + `(?:=(?:` + token + `|"` + token + `"))?)*`
	extensions = regexp.MustCompile(`^(?:[ \t]*(?:` + extension + `)?[ \t]*(?:,|$))+$`) // RFC 6455 section 9.1
)

// isWellFormed checks what net/http and coder/websocket leave open: the target, Host, a body, the form of the offers.
func isWellFormed(r *http.Request) bool {
	for _, offers := range r.Header.Values("Sec-WebSocket-Extensions") {
		if !extensions.MatchString(offers) {
			return false
		}
	}
	hasBody := r.ContentLength != 0 || len(r.TransferEncoding) > 0
	return host.MatchString(r.Host) && r.RequestURI != "*" && !hasBody
}

func (c *chat) isAllowed(origin string) bool {
	for _, each := range c.origins {
		if origin == each {
			return true
		}
	}
	return origin == "" || len(c.origins) == 0
}

func (c *chat) host(connection *websocket.Conn, room string) {
	defer connection.CloseNow()
	connection.SetReadLimit(maxMessage)
	id := make([]byte, 12)
	_, _ = rand.Read(id)
	m := &member{
		connection: connection, name: "unknown", news: make(chan struct{}, 1),
		wsid: base64.RawURLEncoding.EncodeToString(id),
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	c.enter(room, m)
	go m.sendAll(stop, stopped)
	code := c.listen(room, m)
	c.leave(room, m)
	close(stop)
	<-stopped // no data may follow the Close frame (WS-14)
	if code != 0 {
		_ = connection.Close(code, "")
	}
}

// listen reads until the connection ends, or is to be closed with the code returned.
func (c *chat) listen(room string, m *member) websocket.StatusCode {
	allowance, filled, told := burst, time.Now(), false
	for {
		kind, text, err := m.connection.Read(context.Background())
		if err != nil {
			return 0
		}
		if kind == websocket.MessageText && !utf8.Valid(text) { // coder/websocket leaves this to us
			return websocket.StatusInvalidFramePayloadData
		}
		if err := c.take(room, m, kind, text); err != nil {
			m.send(errorOf(err.code, err.reason))
		}
		now := time.Now()
		allowance = min(burst, allowance+now.Sub(filled).Seconds()*rate) - 1
		filled = now
		if allowance < 0 {
			if !told {
				m.send(errorOf("flood", "too many messages; what follows waits"))
			}
			told = true
			time.Sleep(time.Duration(-allowance / rate * float64(time.Second)))
		}
	}
}

func (c *chat) take(room string, m *member, kind websocket.MessageType, text []byte) *refused {
	if kind != websocket.MessageText {
		return &refused{"binary", "send JSON in text messages"}
	}
	message, author, err := read(text)
	var why refused
	if errors.As(err, &why) {
		return &why
	}
	c.publish(room, m, message, author)
	return nil
}

// listener hands out connections whose end is an error. coder/websocket takes a bare io.EOF inside a message for the
// message's own end, and would hand out half a message as a whole one (BCAST-18).
type listener struct{ net.Listener }

func (l listener) Accept() (net.Conn, error) {
	accepted, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return endingInError{accepted}, nil
}

type endingInError struct{ net.Conn }

func (c endingInError) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if errors.Is(err, io.EOF) {
		err = &net.OpError{Op: "read", Net: "tcp", Err: io.ErrUnexpectedEOF}
	}
	return n, err
}

func min(a, b float64) float64 {
	if a < b {
		return a
	}
	return b
}

func main() {
	port := flag.Int("port", 8080, "port; 0 takes a free one")
	c := &chat{rooms: map[string]map[*member]bool{}, listing: map[string]bool{}}
	flag.Func("origin", "allowed Origin, repeatable", func(origin string) error {
		c.origins = append(c.origins, origin)
		return nil
	})
	flag.Parse()
	listening, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", *port))
	if err != nil {
		fmt.Fprintf(os.Stderr, "go_chat: port %d cannot be used: %v\n", *port, err)
		os.Exit(1)
	}
	fmt.Printf("listening on ws://%s/\n", listening.Addr())
	server := http.Server{Handler: c, ReadHeaderTimeout: headTimeout, ErrorLog: log.New(io.Discard, "", 0)}
	_ = server.Serve(listener{listening})
}
