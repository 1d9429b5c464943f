# A real program under every allocator: a row each with times, memory and faults, the proof included.
expect 0 run "${quick[@]}" -r 6 -a hakmem,glibc -- sort "$ROOT/docs/method.md"
# The seed of a repeated run belongs before the program.
"$COMPARE" run -r 1 -o "$RESULTS" -a glibc -- sort "$ROOT/docs/glossary.md" >again
grep -Eq '^Run it again +\./compare run -r 1 .* --seed [0-9]+ -- sort ' again || fail "$(cat again)"
