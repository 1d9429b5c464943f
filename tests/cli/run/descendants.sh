# What a program leaves running is ended with it; environment, arguments and stdin reach it as typed.
expect 0 run "${quick[@]}" -a hakmem -- sh -c 'sleep 1234 & setsid sleep 1235 & echo "$0, $GREETING"; cat' \
    'two words' >table
grep -q 'the program left 2 processes running' table || fail "$(cat table)"
for pid in /proc/[0-9]*; do
    case $({ tr '\0' ' ' <"$pid/cmdline"; } 2>/dev/null) in
    'sleep 1234 ' | 'sleep 1235 ') fail "a process was left running" ;;
    esac
done
cat >show.sh <<'SCRIPT'
#!/bin/sh
printf '%s\n' "$@" "$GREETING" >>seen
cat >>seen
SCRIPT
chmod +x show.sh
echo 'from the file' >input
GREETING='good day' expect 0 run "${quick[@]}" -a glibc --input input -- ./show.sh 'two words' -- >table
printf 'two words\n--\ngood day\nfrom the file\n' >once
cat once once once | diff - seen || fail "the program saw something else"
