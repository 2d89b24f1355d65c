#!/usr/bin/env bash
# 200 streams at once for a minute, 50 ms from word to word, then 1,000 random cancellations and a slow reader, against the
# simulator in a process of its own: descriptors, threads and open streams are those of the start afterwards, memory is
# flat, all other streams complete, and the median latency added per chunk is under 1 ms. The ordinary tests do it with a
# few dozen. With --http2 all of it goes through an nginx that speaks HTTP/2 over TLS (apt-get install nginx).
#
#   Tests/Conformance/streams.sh [--http2] [--streams N] [--seconds S] [--cancellations N] [--pace MS] [--latency MS]
set -euo pipefail
cd "$(dirname "$0")/../.."
. Sources/Core/CSystem/install.sh

http2=""
if [ "${1:-}" = --http2 ]; then
    http2=yes
    shift
    command -v nginx >/dev/null || { echo "nginx is missing: apt-get install nginx" >&2; exit 1; }
fi
require_swift
swift build -c release --product deepseek-simulator
swift build -c release --product deepseek-streams
bin="$(swift build -c release --show-bin-path)"
folder="$(mktemp -d)"
programs=()
trap 'kill "${programs[@]}" 2>/dev/null; wait; rm -rf "$folder"' EXIT
"$bin/deepseek-simulator" --listen 127.0.0.1:0 >"$folder/output" &
programs+=($!)
for _ in $(seq 100); do
    grep -q http "$folder/output" && break
    sleep 0.1
done
url="$(grep -o 'http://[0-9.:]*' "$folder/output")"
authority=()
if [ -n "$http2" ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
        -addext subjectAltName=IP:127.0.0.1 -keyout "$folder/key.pem" -out "$folder/cert.pem" 2>/dev/null
    port="$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
    cat >"$folder/nginx.conf" <<EOF
daemon off;
pid $folder/nginx.pid;
error_log $folder/error.log;
worker_processes 1;
events { worker_connections 4096; }
http {
    access_log $folder/access.log;
    log_format plain '\$server_protocol';
    access_log $folder/protocols.log plain;
    client_body_temp_path $folder/body;
    proxy_temp_path $folder/proxy;
    fastcgi_temp_path $folder/fastcgi;
    uwsgi_temp_path $folder/uwsgi;
    scgi_temp_path $folder/scgi;
    server {
        listen 127.0.0.1:$port ssl http2;
        ssl_certificate $folder/cert.pem;
        ssl_certificate_key $folder/key.pem;
        location / {
            proxy_pass $url;
            proxy_http_version 1.1;
            proxy_buffering off;
            proxy_read_timeout 300s;
        }
    }
}
EOF
    nginx -c "$folder/nginx.conf" 2>/dev/null &
    programs+=($!)
    url="https://127.0.0.1:$port"
    authority=(--ca "$folder/cert.pem")
    for _ in $(seq 100); do
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break
        sleep 0.1
    done
fi
"$bin/deepseek-streams" --url "$url" ${authority[@]+"${authority[@]}"} "$@"
if [ -n "$http2" ]; then
    sort "$folder/protocols.log" | uniq -c
    if grep -qv '^HTTP/2' "$folder/protocols.log"; then
        echo "FAILED: not all requests were of HTTP/2" >&2
        exit 1
    fi
fi
