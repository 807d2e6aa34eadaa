#!/bin/sh
# Usage: curl.sh VERSION URL [VERSION URL]...
set -eu

ask() {
  what=$1
  shift
  # The answer's body is one line; what curl says of the exchange is the next.
  curl --silent --show-error --max-time 20 --write-out '\n%{http_version} %{response_code}\n' "$@" |
    { read -r body; read -r version status; echo "$version $what $status $body"; }
}

while [ $# -gt 0 ]; do
  version=$1 url=$2
  shift 2
  ask GET "--http$version" "$url/json?run=$version"
  ask POST "--http$version" --header 'Content-Type: application/json' --data '{"n":1}' "$url/echo?run=$version"
  curl --silent --show-error --max-time 20 --no-buffer "--http$version" "$url/events?run=$version" |
    while read -r line; do
      [ -z "$line" ] || echo "$version EVENT ${line#data: }"
    done
done
