// One user: prints each event as a line {"event", "args"}, and sends each input line as a message.
//
// A line {"messages": [...], "leave_ms": n} sends several, and closes the connection after n milliseconds.
//
//	chat url|payload URL CREDENTIALS OPTIONS
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"time"

	"github.com/zishang520/socket.io/clients/socket/v3"
	"github.com/zishang520/socket.io/v3/pkg/types"
)

const (
	// The longest line of input, in bytes.
	longestLine = 1 << 20
	// How long the connection may take to close.
	patience = 10 * time.Second
)

type input struct {
	Messages []any `json:"messages"`
	LeaveMs  *int  `json:"leave_ms"`
}

// Events come from several goroutines, and a line must not be divided.
var lines = make(chan []byte, 100)

func tell(event string, args ...any) {
	line, err := json.Marshal(map[string]any{"event": event, "args": append([]any{}, args...)})
	check(err)
	lines <- line
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	place, address, credentials, settings := os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	go func() {
		for line := range lines {
			fmt.Println(string(line))
		}
	}()

	var wanted struct {
		Transports []string `json:"transports"`
	}
	check(json.Unmarshal([]byte(settings), &wanted))
	options := socket.DefaultOptions()
	if wanted.Transports != nil {
		options.SetTransports(types.NewSet(socket.WebSocket))
	}
	address += "/chat"
	if place == "payload" {
		var auth map[string]any
		check(json.Unmarshal([]byte(credentials), &auth))
		options.SetAuth(auth)
	} else {
		address += "?auth=" + url.QueryEscape(credentials)
	}
	client, err := socket.Connect(address, options)
	check(err)
	for _, event := range []types.EventName{"login", "message", "ack", "synced"} {
		check(client.On(event, func(args ...any) { tell(string(event), args...) }))
	}
	check(client.On("disconnect", func(...any) { tell("disconnect") }))
	check(client.On("connect_error", func(args ...any) { fmt.Fprintln(os.Stderr, args...) }))

	say := func(message any) {
		client.EmitWithAck("say", message)(func(answer []any, err error) {
			if err == nil {
				tell("answer", answer...)
			}
		})
	}
	scanner := bufio.NewScanner(os.Stdin)
	scanner.Buffer(nil, longestLine)
	for scanner.Scan() {
		var line input
		check(json.Unmarshal(scanner.Bytes(), &line))
		if line.Messages == nil {
			var message any
			check(json.Unmarshal(scanner.Bytes(), &message))
			line.Messages = []any{message}
		}
		for _, message := range line.Messages {
			say(message)
		}
		if line.LeaveMs != nil {
			time.Sleep(time.Duration(*line.LeaveMs) * time.Millisecond)
			break
		}
	}
	leave(client)
}

// Disconnect returns before what is buffered is sent.
func leave(client *socket.Socket) {
	closed := make(chan struct{})
	check(client.Io().Engine().Once("close", func(...any) { close(closed) }))
	client.Disconnect()
	select {
	case <-closed:
	case <-time.After(patience):
	}
}
