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
set xrange [0:112.30782]
set xlabel 'M ops/s (more is better)'
set arrow from first 48.4352644, first -0.6 to first 48.4352644, first -7.4 nohead dt 2 lc rgb '#767675' back
set arrow from first 78.9871439, first -8.6 to first 78.9871439, first -15.4 nohead dt 2 lc rgb '#767675' back
set label 'n/a: wrong-data' at graph 0.03, first -3 left textcolor rgb '#010203'
set label 'n/a: wrong-data' at graph 0.03, first -11 left textcolor rgb '#010203'
$s0 << EOD
51.9157769 -1 39.9298227 54.6185247
96.3690127 -9 83.430854 106.959828
EOD
$s1 << EOD
31.4403391 -2 24.4589412 32.8501277
51.4941216 -10 49.815532 58.2196647
EOD
$s3 << EOD
53.5828325 -4 46.4288965 57.0042491
93.5666237 -12 82.2710682 106.099146
EOD
$s4 << EOD
17.4897794 -5 15.2976317 18.1207704
27.3433496 -13 26.7899037 30.4785107
EOD
$s5 << EOD
6.18929264 -6 5.52225341 6.50554056
10.3073052 -14 9.85964731 10.4682856
EOD
$s6 << EOD
48.4352644 -7 42.9908684 52.7474906
78.9871439 -15 67.6304375 94.0483426
EOD
unset key
plot $s0 using 1:2:3:4 with xerrorbars lc rgb '#d55e00' lw 1.6 pt 7 ps 0.9, \
  $s1 using 1:2:3:4 with xerrorbars lc rgb '#0072b2' lw 1.6 pt 5 ps 0.9, \
  $s3 using 1:2:3:4 with xerrorbars lc rgb '#a87000' lw 1.6 pt 11 ps 0.9, \
  $s4 using 1:2:3:4 with xerrorbars lc rgb '#b0508c' lw 1.6 pt 13 ps 0.9, \
  $s5 using 1:2:3:4 with xerrorbars lc rgb '#444444' lw 1.6 pt 4 ps 0.9, \
  $s6 using 1:2:3:4 with xerrorbars lc rgb '#767676' lw 1.6 pt 1 ps 0.9
