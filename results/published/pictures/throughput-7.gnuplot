# To draw it: gnuplot -e "set terminal svg size 800,514 noenhanced" THIS > picture.svg
set encoding utf8
set border 3 lc rgb '#010203'
set tics nomirror textcolor rgb '#010203'
set xlabel textcolor rgb '#010203'
set ylabel textcolor rgb '#010203'
set key textcolor rgb '#010203'
set grid xtics lt 1 lc rgb '#c9c9c8' lw 0.5
set errorbars small
set ytics ('1 thread' 0, 'hakmem (A)' -1, 'jemalloc (A)' -2, 'mimalloc (A)' -3, 'tcmalloc (A)' -4, 'tbb (A)' -5, 'glibc (A)' -6, 'floor (A)' -7, '2 threads' -8, 'hakmem (A)' -9, 'jemalloc (A)' -10, 'mimalloc (A)' -11, 'tcmalloc (A)' -12, 'tbb (A)' -13, 'glibc (A)' -14, 'floor (A)' -15)
set yrange [-15.6:0.6]
set xrange [0:85.8521445]
set xlabel 'M ops/s (more is better)'
set arrow from first 34.8118625, first -0.6 to first 34.8118625, first -7.4 nohead dt 2 lc rgb '#767675' back
set arrow from first 51.4433455, first -8.6 to first 51.4433455, first -15.4 nohead dt 2 lc rgb '#767675' back
$s0 << EOD
38.3235748 -1 31.013569 39.0050783
70.1994149 -9 59.8498061 73.9830647
EOD
$s1 << EOD
32.6083207 -2 30.06436 33.0775275
49.4920214 -10 42.2114185 51.9302613
EOD
$s2 << EOD
40.0374436 -3 39.516614 44.0113069
70.7658928 -11 59.7639747 81.7639472
EOD
$s3 << EOD
38.1299957 -4 33.9358547 38.9145743
42.8325582 -12 40.8911821 70.1559032
EOD
$s4 << EOD
23.2106898 -5 21.8505755 23.7606272
35.9780774 -13 33.6822781 40.5941645
EOD
$s5 << EOD
18.4230489 -6 16.3623281 18.6226209
30.5836517 -14 29.5919651 31.8581736
EOD
$s6 << EOD
34.8118625 -7 32.6375187 36.193357
51.4433455 -15 38.9284835 67.0616171
EOD
unset key
plot $s0 using 1:2:3:4 with xerrorbars lc rgb '#d55e00' lw 1.6 pt 7 ps 0.9, \
  $s1 using 1:2:3:4 with xerrorbars lc rgb '#0072b2' lw 1.6 pt 5 ps 0.9, \
  $s2 using 1:2:3:4 with xerrorbars lc rgb '#00875f' lw 1.6 pt 9 ps 0.9, \
  $s3 using 1:2:3:4 with xerrorbars lc rgb '#a87000' lw 1.6 pt 11 ps 0.9, \
  $s4 using 1:2:3:4 with xerrorbars lc rgb '#b0508c' lw 1.6 pt 13 ps 0.9, \
  $s5 using 1:2:3:4 with xerrorbars lc rgb '#444444' lw 1.6 pt 4 ps 0.9, \
  $s6 using 1:2:3:4 with xerrorbars lc rgb '#767676' lw 1.6 pt 1 ps 0.9
