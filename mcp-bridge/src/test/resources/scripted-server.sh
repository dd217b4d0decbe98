#!/bin/sh
# An MCP server for tests: its tools are the faults that a client must survive.
# $1: how to start. $LOG: a file where it tells what it received.
case "$1" in
  silent) exec sleep 60 ;;
  dies) echo "no licence key" >&2; exit 7 ;;
  rubbish) while :; do echo "this is not JSON"; done ;;
  stubborn) trap '' TERM ;;
  greets) echo "Welcome to the scripted server!"; echo "{ not json" ;;
esac

revision=2025-11-25
[ "$1" = old ] && revision=2024-01-01
say() { printf '%s\n' "$1"; }
answer() { say "{\"result\":$2,\"jsonrpc\":\"2.0\",\"id\":$1}"; }
text() { answer "$1" "{\"content\":[{\"type\":\"text\",\"text\":\"$2\"}]}"; }
tool() { printf '{"name":"%s","description":"Does %s.","inputSchema":{"type":"object"}%s}' "$1" "$1" "$2"; }

while IFS= read -r line; do
  [ -n "$LOG" ] && say "$line" >> "$LOG"
  id=$(say "$line" | sed -n 's/.*"id":\([0-9]*\).*/\1/p')
  case "$line" in
    *'"method":"initialize"'*)
      answer "$id" "{\"protocolVersion\":\"$revision\",\"capabilities\":{\"tools\":{\"listChanged\":true}},\"serverInfo\":{\"name\":\"scripted\",\"version\":\"1\"}}" ;;
    *'"method":"tools/list"'*'"cursor":"two"'*)
      answer "$id" "{\"tools\":[$(tool hang ''),$(tool rubbish ''),$(tool junk ''),$(tool half ''),$(tool halfdie ''),$(tool flood ''),$(tool big ''),$(tool deaf ''),$(tool orphan ''),$(tool asks ''),$(tool environment ''),$(tool pid ''),$(tool more '')]}" ;;
    *'"method":"tools/list"'*)
      answer "$id" "{\"tools\":[$(tool echo ',"annotations":{"readOnlyHint":true}'),$(tool die ''),$(tool refuse '')],\"nextCursor\":\"two\"}" ;;
    *'"name":"echo"'*) text "$id" "hello" ;;
    *'"name":"pid"'*) text "$id" "$$" ;;
    *'"name":"environment"'*) text "$id" "$(env | sed 's/=.*//' | sort | tr '\n' ' ')" ;;
    *'"name":"refuse"'*) say "{\"jsonrpc\":\"2.0\",\"id\":$id,\"error\":{\"code\":-32602,\"message\":\"room is missing\"}}" ;;
    *'"name":"die"'*) echo "out of cheese" >&2; exit 3 ;;
    *'"name":"hang"'*) ;;
    *'"name":"rubbish"'*) echo "debug: called"; echo; echo "[1,2]"; printf '\377\376\n'; text "$id" "after rubbish" ;;
    *'"name":"junk"'*) while :; do echo "junk"; done ;;
    *'"name":"half"'*) printf '{"result":{"content":[' ;;
    *'"name":"halfdie"'*) printf '{"result":{"content":['; exit 0 ;;
    *'"name":"flood"'*) exec yes '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"x"}}' ;;
    *'"name":"big"'*) printf '{"jsonrpc":"2.0","id":%s,"result":{"content":[{"type":"text","text":"' "$id"
      head -c "${BIG:-3000000}" /dev/zero | tr '\0' a; say '"}]}}' ;;
    *'"name":"deaf"'*) exec sleep 60 ;;
    *'"name":"orphan"'*) sleep 5 & exit 4 ;;
    *'"name":"asks"'*) say '{"jsonrpc":"2.0","id":"s1","method":"sampling/createMessage","params":{}}'
      IFS= read -r reply; case "$reply" in *-32601*) text "$id" "was refused" ;; *) text "$id" "$reply" ;; esac ;;
    *'"name":"more"'*) say '{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}'; text "$id" "changed" ;;
  esac
done
[ "$1" = stubborn ] && while :; do sleep 1; done
exit 0
