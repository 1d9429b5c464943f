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
set xrange [0:23.71742]
set xlabel 'M ops/s (more is better)'
set arrow from first 11.5916268, first -0.6 to first 11.5916268, first -7.4 nohead dt 2 lc rgb '#767675' back
set arrow from first 18.3084208, first -8.6 to first 18.3084208, first -15.4 nohead dt 2 lc rgb '#767675' back
$s0 << EOD
10.5974637 -1 9.07635698 13.0056076
17.9620789 -9 16.2241012 19.4240355
EOD
$s1 << EOD
2.5279586 -2 2.28690231 2.54021531
4.20814521 -10 4.07074759 4.26471374
EOD
$s2 << EOD
7.3513031 -3 5.93889421 7.56589074
11.6054076 -11 11.0904465 13.4289275
EOD
$s3 << EOD
12.7338276 -4 12.2177576 13.4540693
17.4318614 -12 15.8617796 22.588019
EOD
$s4 << EOD
5.59825227 -5 5.48199616 6.30721038
7.83888037 -13 7.49115901 8.81116009
EOD
$s5 << EOD
4.54778726 -6 4.38078453 4.74817167
7.43040467 -14 7.07293356 7.68939865
EOD
$s6 << EOD
11.5916268 -7 10.3126436 12.1699075
18.3084208 -15 16.4299701 20.5013388
EOD
unset key
plot $s0 using 1:2:3:4 with xerrorbars lc rgb '#d55e00' lw 1.6 pt 7 ps 0.9, \
  $s1 using 1:2:3:4 with xerrorbars lc rgb '#0072b2' lw 1.6 pt 5 ps 0.9, \
  $s2 using 1:2:3:4 with xerrorbars lc rgb '#00875f' lw 1.6 pt 9 ps 0.9, \
  $s3 using 1:2:3:4 with xerrorbars lc rgb '#a87000' lw 1.6 pt 11 ps 0.9, \
  $s4 using 1:2:3:4 with xerrorbars lc rgb '#b0508c' lw 1.6 pt 13 ps 0.9, \
  $s5 using 1:2:3:4 with xerrorbars lc rgb '#444444' lw 1.6 pt 4 ps 0.9, \
  $s6 using 1:2:3:4 with xerrorbars lc rgb '#767676' lw 1.6 pt 1 ps 0.9
