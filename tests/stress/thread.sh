# hakmem under ThreadSanitizer. Where addresses are randomised as widely as newer kernels do, it finds
# no room for itself: without randomisation, where that is allowed.
fixed=()
! setarch -R true 2>/dev/null || fixed=(setarch -R)
"${fixed[@]}" "$ROOT/build/stress/thread"
