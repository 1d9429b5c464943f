# The manual page says what --help says, of every command, and man renders it without a warning.
need man
page=$ROOT/build/hakmem-compare.1
[ -s "$page" ] || fail "build/hakmem-compare.1 is not built"
MANROFFSEQ='' MANWIDTH=100 man --warnings=w -l "$page" >rendered 2>warnings || fail "$(cat warnings)"
[ ! -s warnings ] || fail "$(cat warnings)"
for heading in NAME SYNOPSIS DESCRIPTION OPTIONS WORKLOADS COMMANDS EXAMPLES; do
    grep -qx "$heading" rendered || fail "no section $heading"
done
tr -s ' ' <rendered >squeezed
"$COMPARE" --help >help
commands=$(sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' help)
audits=$("$COMPARE" audit | sed -n 's/^\([a-z]*\)  .*/audit \1/p' | tr ' ' ':')
for command in '' $commands $audits; do
    command=${command/:/ }
    # shellcheck disable=SC2086
    "$COMPARE" $command --help >help
    [ -z "$command" ] || grep -qix "HAKMEM-COMPARE $command" rendered || fail "no section of $command"
    for option in $(grep -o -e '--[a-z][a-z-]*' help | sort -u); do
        grep -qF -e "$option" rendered || fail "$option of '$command' is missing"
    done
    grep -E '^  \./compare ' help | sed 's/^ *//; s/\.\/compare/hakmem-compare/g' | while read -r example; do
        grep -qF -e "$example" squeezed || fail "an example of '$command' is missing: $example"
    done
done
grep -q '\./compare' rendered && fail "it names ./compare"
# Nothing but what the tool prints now: the page is not left from an older build.
"$ROOT/tools/manual.sh" "$COMPARE" "$(sed -n 's/^#define HAKMEM_VERSION "\(.*\)"$/\1/p' "$ROOT/allocator/hakmem.h")" |
    diff "$page" - >/dev/null || fail "it is not what --help says now"
