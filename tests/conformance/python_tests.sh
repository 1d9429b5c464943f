# The interpreter's own tests of lists, dicts, collection and threads, every object from malloc.
"$PYTHON" -c 'import test.test_list' 2>/dev/null ||
    skip "the tests of $("$PYTHON" --version) are not installed (./setup --dev)"
export PYTHONMALLOC=malloc
# The names of the tests and the closing lines; what the tests print in between varies.
tests() {
    "$PYTHON" -m unittest -v test.test_list test.test_dict test.test_gc test.test_threading 2>&1 |
        grep -Eo '^test_\w+ \(\S+\)|^Ran [0-9]+ tests|^OK.*|^FAILED.*|^(ERROR|FAIL): .*'
}
export -f tests
same bash -o pipefail -c tests
grep '^OK' preloaded.out >/dev/null || fail "the interpreter's own tests fail with and without the library"
