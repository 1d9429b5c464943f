#!/bin/sh
# One redis-server on a socket of its own, from its start to its end, under redis-benchmark. The server
# gets the library that is preloaded into this script; the clients, which are no part of the question,
# run without it. Called by tools/real_programs.sh.
#
#     tools/redis_session.sh FOLDER
set -eu
folder=$(cd "$1" && pwd)
socket=$folder/redis.socket
rm -f "$socket"
redis-server --port 0 --unixsocket "$socket" --save '' --appendonly no --dir "$folder" \
    --daemonize no >"$folder/redis.log" 2>&1 &
server=$!
unset LD_PRELOAD
while ! [ -S "$socket" ]; do
    kill -0 $server || {
        echo "redis_session.sh: redis-server ended: $(tail -n 3 "$folder/redis.log")" >&2
        exit 1
    }
    sleep 0.01
done
redis-benchmark -s "$socket" -q -c 20 -P 16 -n 24000 -r 20000 -d 300 \
    -t set,get,incr,lpush,rpop,sadd,hset,zadd,mset >"$folder/redis.out" 2>&1
if grep -i error "$folder/redis.out" >&2; then
    exit 1
fi
redis-cli -s "$socket" shutdown nosave
wait $server
