# redis-server on a private socket under redis-benchmark; afterwards its data is what it is without
# the library.
need redis-server redis-benchmark redis-cli

client() { redis-cli -s "$PWD/socket" "$@"; }

# Runs the server (with "$@" before it), loads it and prints its answers.
session() {
    rm -f socket
    "$@" redis-server --port 0 --unixsocket "$PWD/socket" --save '' --appendonly no \
        --dir "$PWD" --daemonize no >server.log 2>&1 &
    local job=$! tries pid
    for ((tries = 0; tries < 300; tries++)); do
        [ "$(client ping 2>/dev/null)" = PONG ] && break
        kill -0 $job || fail "redis-server ended: $(tail -n 5 server.log)"
        sleep 0.1
    done
    pid=$(client info server | sed -n 's/^process_id:\([0-9]*\).*/\1/p')
    [ $# = 0 ] || grep -qF "$LIBRARY" "/proc/$pid/maps" || fail "the server runs without the library"
    redis-benchmark -s "$PWD/socket" -q -c 20 -n 20000 -r 5000 -d 200 \
        -t set,get,incr,lpush,rpop,sadd,hset,zadd,lrange_100,mset >benchmark.log 2>&1 ||
        fail "redis-benchmark: $(tail -n 3 benchmark.log)"
    ! grep -i error benchmark.log || fail "redis-benchmark reports errors"
    client flushall
    awk 'BEGIN {
        for (i = 0; i < 5000; i++) {
            printf "SET key:%d %0*d\n", i, i % 300 + 1, i
            printf "RPUSH list:%d %d\n", i % 50, i
            printf "ZADD set:%d %d member:%d\n", i % 20, i, i
        }
    }' | client --pipe | grep errors
    client --raw eval "local sum = 0
        for _, key in ipairs(redis.call('keys', 'key:*')) do sum = sum + redis.call('strlen', key) end
        return sum" 0
    client dbsize
    client lrange list:7 0 5
    client debug digest
    client shutdown nosave || true
    wait $job
}

session >plain.out
session with_library >preloaded.out
loaded_everywhere
diff plain.out preloaded.out
[ "$(wc -l <plain.out)" -ge 8 ] || fail "the session is incomplete: $(cat plain.out)"
