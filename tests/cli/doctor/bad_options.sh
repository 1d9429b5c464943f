# Mistakes in the command line are refused with a remedy.
refused doctor now
refused doctor --rot /
refused doctor --root
refused doctor --root /nonexistent
touch file
refused doctor --root file
refused doctor --root .
refused doctor --root / -a hakmem
refused doctor -a hakmen
refused doctor --json /nonexistent/file
