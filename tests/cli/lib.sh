# For tests of the command line: see tests/README.md.
. "$ROOT/tests/lib.sh"
