# A run of ab is published with its verdict and the verdict's interval, not with that of a table.
"$COMPARE" ab glibc hakmem -w mixed -t 1 -r 10 --seed 1 -o db >report
"$COMPARE" publish --from db -o page --no-pictures >/dev/null
note=$("$COMPARE" results show newest -o db | tr -s ' \n' '  ' |
    grep -o 'verdict for mixed, threads 1, hakmem against glibc: [A-Z-]*: .* 1 look')
verdict=${note#*glibc: }
[ -n "$verdict" ] || fail "no verdict in $(cat report)"
head -n 5 page/README.md | grep -qF "hakmem against glibc at mixed, A against B, 1 thread: $verdict" ||
    fail "the summary does not begin with '$verdict': $(head -n 5 page/README.md)"
grep '^| hakmem | 1 |' page/README.md | grep -F "| $verdict |" >row || fail "$(grep '^| hakmem' page/README.md)"
grep -qE 'faster|slower' row && fail "another verdict: $(cat row)"
python <<'SCRIPT'
import csv, json

cell = next(c for c in csv.DictReader(open("page/cells.csv")) if c["allocator"] == "hakmem")
assert cell["ratio"] and not cell["ratio_low"] and not cell["holm_p"] and not cell["verdict"], cell
SCRIPT
"$COMPARE" results show newest -o db | tr -s ' \n' '  ' >shown
grep -q 'is not corrected for the looks that ab took' shown || fail "$(cat shown)"
