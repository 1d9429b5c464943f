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
set xrange [0:0.117039781]
set xlabel 'M ops/s (more is better)'
set arrow from first 0.0264193038, first -0.6 to first 0.0264193038, first -7.4 nohead dt 2 lc rgb '#767675' back
set arrow from first 0.0287655568, first -8.6 to first 0.0287655568, first -15.4 nohead dt 2 lc rgb '#767675' back
$s0 << EOD
0.0541018621 -1 0.0527602254 0.0663852843
0.0875081759 -9 0.075732472 0.111466459
EOD
$s1 << EOD
0.000619401906 -2 0.000605785312 0.000638922681
0.00101826251 -10 0.000959304383 0.00105887827
EOD
$s2 << EOD
0.0509693589 -3 0.0457977403 0.0628711658
0.0846517869 -11 0.06945261 0.102050292
EOD
$s3 << EOD
0.0475162671 -4 0.0422363503 0.0509247627
0.0711263633 -12 0.0462052905 0.10014679
EOD
$s4 << EOD
0.000637527805 -5 0.000624489992 0.000682625948
0.00123528305 -13 0.00111065662 0.00132677823
EOD
$s5 << EOD
0.0106127074 -6 0.00782544111 0.0132122959
0.0151115216 -14 0.00723284424 0.0364324575
EOD
$s6 << EOD
0.0264193038 -7 0.0202874491 0.0344606733
0.0287655568 -15 0.023666465 0.0424464062
EOD
unset key
plot $s0 using 1:2:3:4 with xerrorbars lc rgb '#d55e00' lw 1.6 pt 7 ps 0.9, \
  $s1 using 1:2:3:4 with xerrorbars lc rgb '#0072b2' lw 1.6 pt 5 ps 0.9, \
  $s2 using 1:2:3:4 with xerrorbars lc rgb '#00875f' lw 1.6 pt 9 ps 0.9, \
  $s3 using 1:2:3:4 with xerrorbars lc rgb '#a87000' lw 1.6 pt 11 ps 0.9, \
  $s4 using 1:2:3:4 with xerrorbars lc rgb '#b0508c' lw 1.6 pt 13 ps 0.9, \
  $s5 using 1:2:3:4 with xerrorbars lc rgb '#444444' lw 1.6 pt 4 ps 0.9, \
  $s6 using 1:2:3:4 with xerrorbars lc rgb '#767676' lw 1.6 pt 1 ps 0.9
