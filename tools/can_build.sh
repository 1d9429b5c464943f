#!/bin/sh
# Says why a variant cannot be built here, and exits with 1; with 0 when it can. NEEDS are the words of its
# stanza: programs, and gcc where the compiler of all builds must be gcc. Called by the rules of
# allocator/variants.ninja and by tests.
set -euf

[ $# -ge 1 ] || {
    echo 'usage: tools/can_build.sh VARIANT [NEEDS]' >&2
    exit 2
}
variant=$1
shift
for program; do
    if [ "$program" = gcc ]; then
        # shellcheck disable=SC2086 # CC may be several words
        if ${CC:-gcc} -dM -E -x c /dev/null 2>/dev/null | grep -q __clang__; then
            echo "$variant is left out: it needs gcc, and CC is clang"
            exit 1
        fi
    elif ! command -v "$program" >/dev/null; then
        echo "$variant is left out: $program is not installed; run ./setup --dev"
        exit 1
    fi
done
