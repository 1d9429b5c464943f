# What every test script may use; tests/run reads it first, through the lib.sh of the kind.

# Ends the test as skipped; the reason is printed beside its name.
skip() {
    echo "$*"
    exit 77
}

# Ends the test as failed.
fail() {
    echo "failed: $*" >&2
    exit 1
}

# Skips the test when a program is missing.
need() {
    local program
    for program; do
        command -v "$program" >/dev/null || skip "$program is not installed (./setup --dev)"
    done
}
