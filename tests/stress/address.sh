# hakmem under AddressSanitizer and the sanitizer of undefined behaviour.
"$ROOT/build/stress/address"
