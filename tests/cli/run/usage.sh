# Command lines of `run` that make no sense.
refused run "${brief[@]}"
refused run "${brief[@]}" --
refused run "${brief[@]}" ls
refused run "${brief[@]}" -- no-such-program
refused run "${brief[@]}" -- ./no-such-program
refused run "${brief[@]}" -- /
refused run "${brief[@]}" -- "$ROOT/docs/method.md"
refused run "${brief[@]}" --input no-such-file -- sort
refused run "${brief[@]}" --input / -- sort
refused run "${brief[@]}" --expect-status 256 -- sort
refused run "${brief[@]}" --expect-status -- sort
refused run -t 2 -- sort
refused run --ignore-outputs -- sort
refused run --jsom x -- sort
refused run -a hakmen -- sort
expect 0 run -a glibc --dry-run -o "$RESULTS" -- sort >plan
grep -q '^Plan: 2 rows x 10 rounds = 20 samples' plan || fail "$(cat plan)"
[ ! -e "$RESULTS" ] || fail "a dry run made a results folder"
