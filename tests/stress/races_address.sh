# Exit, inheritance, drain and fork at once, under AddressSanitizer and that of undefined behaviour.
"$ROOT/build/stress/races-address"
