# Fedora and Arch, with programs of the test's own in place of the package managers.
export CALLS=$TMPDIR/calls PATH=$TMPDIR/bin:$PATH SETUP_OS_RELEASE=$TMPDIR/os-release
mkdir bin
printf '#!/bin/sh\necho 0\n' >bin/id
printf '#!/bin/sh\nprintf "gcc\\nglibc-devel\\n"\n' >bin/rpm
# mimalloc is not on offer.
printf '#!/bin/sh\necho "dnf $*" >>"$CALLS"\ncase $* in *mimalloc*) exit 1 ;; esac\n' >bin/dnf
cat >bin/pacman <<'SCRIPT'
#!/bin/sh
[ "$1" != -Qq ] || exec printf 'gcc\nninja\njemalloc\nmimalloc\ngperftools\nonetbb\n'
echo "pacman $*" >>"$CALLS"
SCRIPT
chmod +x bin/*
for id in fedora arch; do
    echo "== $id"
    echo "ID=$id" >os-release
    "$ROOT/setup" --dry-run
    [ ! -e "$CALLS" ] || fail "a dry run installs"
    "$ROOT/setup"
    grep -v -- -Sy "$CALLS"
    rm "$CALLS"
done
