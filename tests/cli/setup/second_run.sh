# On this machine, where everything is installed: a second run asks what is installed, and no more.
command -v dpkg-query >/dev/null || skip "for Debian and Ubuntu only"
[ "$("$ROOT/setup" --dry-run)" = 'setup: nothing is missing' ] || skip "something is missing (./setup)"
mkdir bin
for program in apt-get apt-cache sudo; do
    printf '#!/bin/sh\necho "called: %s $*" >&2\nexit 1\n' $program >bin/$program
done
chmod +x bin/*
PATH=$PWD/bin:$PATH "$ROOT/setup"
[ "$("$ROOT/setup" --dev --dry-run)" = 'setup: nothing is missing' ] || exit 0
PATH=$PWD/bin:$PATH "$ROOT/setup" --dev >out
[ "$(cat out)" = 'setup: ready' ] || fail "$(cat out)"
