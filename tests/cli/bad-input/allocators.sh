# Allocators that do not exist or are no library for this machine.
cp "$FIXTURES/foreign.so" foreign.so
echo 'no library' >text.so
cp "$FIXTURES/plain.so" other.so

refused mixed -a hakmen
refused mixed -a hakmem:nope
refused mixed -a mine=text.so
refused mixed -a mine=absent.so
refused mixed -a mine=.
refused mixed -a mine=
refused mixed -a foreign=foreign.so
refused mixed -a hakmem,hakmem
refused mixed -a hakmem,,glibc
refused mixed -a mine=other.so,mine=other.so
