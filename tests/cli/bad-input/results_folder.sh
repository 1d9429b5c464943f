# Results folders that cannot be written; tests may run as root, so no permissions are used.
touch file
refused mixed -o file
refused mixed -o file/below
refused mixed -o /proc/results
