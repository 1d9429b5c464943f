# Numbers of threads out of range, and what is no number.
refused mixed -t 0
refused mixed -t 1000000
refused mixed -t -1
refused mixed -t 1,,2
refused mixed -t two
refused mixed -t 1.5
refused mixed -t 99999999999999999999999
refused mixed -t
