# For the stress programs.
. "$ROOT/tests/lib.sh"

# Runs a program that was built with ThreadSanitizer. Where addresses are randomised as widely as newer
# kernels do, it finds no room for itself: without randomisation, where that is allowed.
with_thread_sanitizer() {
    local fixed=()
    ! setarch -R true 2>/dev/null || fixed=(setarch -R)
    "${fixed[@]}" "$@"
}
