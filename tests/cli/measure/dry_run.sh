# --dry-run says what would be measured and leaves nothing behind.
expect 0 mixed,larson -t 1,2 -r 7 -p compact,scatter --dry-run -o "$RESULTS" -a hakmem,glibc
# The floor may be among the allocators; all of them have a cell for each of the 8 kinds of work.
plan=$("$COMPARE" mixed,larson -t 1,2 -r 7 -p compact,scatter --dry-run -o "$RESULTS" -a hakmem,glibc)
allocators=$(sed -n 's/^  allocators: //p' <<<"$plan" | tr ',' '\n' | wc -l)
cells=$((8 * allocators))
[[ $plan == "Plan: $cells cells x 7 rounds = $((7 * cells)) samples"* ]] || fail "$plan"
[ ! -e "$RESULTS" ] || fail "a dry run made a results folder"
