# Every C file is as clang-format leaves it. Versions of clang-format differ; 14 is the one that
# decides.
need clang-format git
version=$(clang-format --version | sed 's/.*version \([0-9]*\).*/\1/')
[ "$version" = 14 ] || skip "clang-format is version $version, 14 decides"
cd "$ROOT"
git ls-files '*.c' '*.h' '*.cc' >"$TMPDIR/files"
[ -s "$TMPDIR/files" ] || skip "not a git repository"
xargs clang-format --dry-run -Werror <"$TMPDIR/files"
