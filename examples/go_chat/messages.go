// What clients send, read strictly: their messages, and the room that a handshake names.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

const maxName = 64

var (
	control = regexp.MustCompile("[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202d\u202e\u2066-\u2069]")
	escape  = regexp.MustCompile(`\\(?:u([0-9A-Fa-f]{4})|.)`)
)

// refused is a message or a name that the protocol does not allow: Code and Reason of the Error message.
type refused struct{ code, reason string }

func (r refused) Error() string { return r.reason }

// read returns Message and Author of a client's message, or why it is refused, for all that BAD lists.
func read(text []byte) (message, author *string, err error) {
	fields, err := strictObject(text)
	if err != nil {
		return nil, nil, refused{"bad-json", err.Error()}
	}
	if kind, given := fields["Type"]; given && string(kind) != `"Chat"` {
		return nil, nil, refused{"bad-type", "a client's Type is Chat, or absent"}
	}
	for name, place := range map[string]**string{"Message": &message, "Author": &author} {
		if value, given := fields[name]; given {
			if value[0] != '"' || json.Unmarshal(value, place) != nil {
				return nil, nil, refused{"bad-message", "Message and Author are strings"}
			}
		}
	}
	if message == nil && author == nil {
		return nil, nil, refused{"bad-message", "Message and Author are both missing"}
	}
	if message != nil && !isBase64(*message) {
		return nil, nil, refused{"bad-base64", "Message is not standard base64"}
	}
	if author != nil {
		err = checkName(*author)
	}
	return message, author, err
}

// isBase64 says whether a text is standard base64; Go's own reading skips line ends.
func isBase64(text string) bool {
	_, err := base64.StdEncoding.DecodeString(text)
	return err == nil && !strings.ContainsAny(text, "\r\n")
}

// strictObject returns the fields of one JSON object, and refuses what encoding/json lets pass: names that
// stand twice, lone surrogates, names that differ in case alone (it takes each for the other).
func strictObject(text []byte) (map[string]json.RawMessage, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil {
		return nil, err
	}
	if fields == nil {
		return nil, errors.New("send one JSON object")
	}
	if hasLoneSurrogate(text) {
		return nil, errors.New("a string holds a lone surrogate")
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	return fields, checkDistinct(decoder)
}

// checkDistinct looks for names that stand twice in one object, however deep.
func checkDistinct(decoder *json.Decoder) error {
	type level struct {
		names  map[string]bool // nil in an array
		isName bool
	}
	var open []level
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if delimiter, ok := token.(json.Delim); ok && (delimiter == '}' || delimiter == ']') {
			open = open[:len(open)-1]
			continue
		}
		if len(open) > 0 {
			top := &open[len(open)-1]
			if name, ok := token.(string); ok && top.isName {
				if top.names[name] {
					return errors.New("a name stands twice in one object")
				}
				top.names[name] = true
			}
			top.isName = top.names != nil && !top.isName
		}
		if token == json.Delim('{') {
			open = append(open, level{map[string]bool{}, true})
		} else if token == json.Delim('[') {
			open = append(open, level{})
		}
	}
}

// hasLoneSurrogate looks for \u escapes that are half a character; in good JSON a backslash stands in strings alone.
func hasLoneSurrogate(text []byte) bool {
	high, end := false, 0
	for _, at := range escape.FindAllSubmatchIndex(text, -1) {
		code := uint64(0)
		if at[2] >= 0 {
			code, _ = strconv.ParseUint(string(text[at[2]:at[3]]), 16, 16)
		}
		isLow := code >= 0xdc00 && code < 0xe000
		if isPair := high && isLow && at[0] == end; (high || isLow) && !isPair {
			return true
		}
		high, end = code >= 0xd800 && code < 0xdc00, at[1]
	}
	return high
}

// checkName refuses names of rooms and authors that cannot be (ROOM-5, NICK-5).
func checkName(name string) error {
	if utf8.RuneCountInString(name) > maxName || control.MatchString(name) {
		return refused{"bad-name", fmt.Sprintf("a name has at most %d code points and no control characters", maxName)}
	}
	return nil
}

// roomOf returns the room that a query names (ROOM-1 to ROOM-7).
func roomOf(query string) (string, error) {
	for _, parameter := range strings.Split(query, "&") {
		key, value, _ := strings.Cut(parameter, "=")
		if key, err := url.QueryUnescape(key); err != nil || key != "room" {
			continue
		}
		name, err := url.QueryUnescape(value)
		if err != nil || !utf8.ValidString(name) {
			return "", refused{"bad-name", "the room is not percent-encoded UTF-8"}
		}
		if name == "" {
			name = "default"
		}
		return name, checkName(name)
	}
	return "default", nil
}
