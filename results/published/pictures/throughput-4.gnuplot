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
set xrange [0:17.0645247]
set xlabel 'M ops/s (more is better)'
set arrow from first 9.40794773, first -0.6 to first 9.40794773, first -7.4 nohead dt 2 lc rgb '#767675' back
set arrow from first 14.0188885, first -8.6 to first 14.0188885, first -15.4 nohead dt 2 lc rgb '#767675' back
$s0 << EOD
8.97005159 -1 7.73728815 9.83240968
12.7307062 -9 9.21531168 15.3626283
EOD
$s1 << EOD
1.25400321 -2 1.2113674 1.29108419
1.42424642 -10 1.32937175 1.52167462
EOD
$s2 << EOD
1.07497561 -3 1.02542023 1.08874022
4.23011596 -11 3.6321649 4.58589089
EOD
$s3 << EOD
5.65003341 -4 5.37354783 5.97144256
6.48356019 -12 4.74737777 8.15883227
EOD
$s4 << EOD
6.80212809 -5 4.28404504 7.08400808
8.11523471 -13 6.20861964 10.4956281
EOD
$s5 << EOD
7.04783108 -6 6.2578488 7.51914885
8.07238853 -14 5.52140385 11.848761
EOD
$s6 << EOD
9.40794773 -7 8.67953216 9.89248287
14.0188885 -15 10.3428999 16.2519283
EOD
unset key
plot $s0 using 1:2:3:4 with xerrorbars lc rgb '#d55e00' lw 1.6 pt 7 ps 0.9, \
  $s1 using 1:2:3:4 with xerrorbars lc rgb '#0072b2' lw 1.6 pt 5 ps 0.9, \
  $s2 using 1:2:3:4 with xerrorbars lc rgb '#00875f' lw 1.6 pt 9 ps 0.9, \
  $s3 using 1:2:3:4 with xerrorbars lc rgb '#a87000' lw 1.6 pt 11 ps 0.9, \
  $s4 using 1:2:3:4 with xerrorbars lc rgb '#b0508c' lw 1.6 pt 13 ps 0.9, \
  $s5 using 1:2:3:4 with xerrorbars lc rgb '#444444' lw 1.6 pt 4 ps 0.9, \
  $s6 using 1:2:3:4 with xerrorbars lc rgb '#767676' lw 1.6 pt 1 ps 0.9
