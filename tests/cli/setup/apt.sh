# Debian and Ubuntu, with programs of the test's own in place of apt: what is asked and what is run.
export STATE=$TMPDIR/state PATH=$TMPDIR/bin:$PATH SETUP_OS_RELEASE=$TMPDIR/os-release
unset DEBIAN_FRONTEND
mkdir "$STATE" bin
printf 'ID=mint\nID_LIKE="ubuntu debian"\n' >os-release
cat >bin/dpkg-query <<'SCRIPT'
#!/bin/sh
cat "$STATE/installed"
SCRIPT
cat >bin/apt-cache <<'SCRIPT'
#!/bin/sh
echo "apt-cache $1" >>"$STATE/calls"
case $1 in
pkgnames) cat "$STATE/lists" ;;
policy) grep -qxF "$2" "$STATE/lists" && ! grep -qxF "$2" "$STATE/virtual" &&
    printf '%s:\n  Candidate: 3.12.1-1\n' "$2" || printf '%s:\n  Candidate: (none)\n' "$2" ;;
esac
SCRIPT
cat >bin/apt-get <<'SCRIPT'
#!/bin/sh
echo "apt-get $* DEBIAN_FRONTEND=$DEBIAN_FRONTEND" >>"$STATE/calls"
case $1 in
update) cp "$STATE/server" "$STATE/lists" ;;
install)
    for name; do
        case $name in [a-z]*) echo "ii  $name" >>"$STATE/installed" ;; esac
    done
    ;;
esac
SCRIPT
printf '#!/bin/sh\necho sudo >>"$STATE/calls"\nexec "$@"\n' >bin/sudo
printf '#!/bin/sh\necho 1000\n' >bin/id
chmod +x bin/*
needed='gcc libc6-dev ninja-build libhwloc-dev libjansson-dev libsqlite3-dev libmd-dev libinih-dev'
baselines='libjemalloc2 libmimalloc3 libmimalloc2.1 libmimalloc-dev libtcmalloc-minimal4t64
    libtcmalloc-minimal4 libtbbmalloc2 valgrind gnuplot-nox'

fresh() {
    : >"$STATE/lists"
    : >"$STATE/calls"
    echo 'ii  coreutils' >"$STATE/installed"
    echo libtcmalloc-minimal4 >"$STATE/virtual"
    printf '%s\n' "$@" >"$STATE/server"
}

echo '== a fresh container'
fresh $needed $baselines
"$ROOT/setup" --dry-run
grep -q apt-get "$STATE/calls" && fail "a dry run runs apt-get"
"$ROOT/setup"
grep -v apt-cache "$STATE/calls"

echo '== again'
: >"$STATE/calls"
"$ROOT/setup"
"$ROOT/setup" --dry-run
cat "$STATE/calls"

echo '== a distribution without mimalloc and TBB'
fresh $needed libjemalloc2 libtcmalloc-minimal4t64 valgrind gnuplot-nox
"$ROOT/setup"
: >"$STATE/calls"
echo '== again'
"$ROOT/setup"
grep apt-get "$STATE/calls" && fail "a second run runs apt-get"

echo '== a distribution without a library that is needed'
fresh gcc libc6-dev
"$ROOT/setup" && fail "passes without libhwloc-dev"
grep 'apt-get install' "$STATE/calls" && fail "installs a part"
true
