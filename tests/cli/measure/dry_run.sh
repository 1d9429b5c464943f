# --dry-run says what would be measured and leaves nothing behind.
expect 0 mixed,larson -t 1,2 -r 7 -p compact,scatter --dry-run -o "$RESULTS" -a hakmem,glibc
[ ! -e "$RESULTS" ] || fail "a dry run made a results folder"
