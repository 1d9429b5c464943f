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
set xrange [0:2.72345844]
set xlabel 'M ops/s (more is better)'
set arrow from first 1.52489427, first -0.6 to first 1.52489427, first -7.4 nohead dt 2 lc rgb '#767675' back
set arrow from first 1.96659868, first -8.6 to first 1.96659868, first -15.4 nohead dt 2 lc rgb '#767675' back
$s0 << EOD
1.56842385 -1 1.47042281 1.87127172
1.9338961 -9 1.50538513 2.12025471
EOD
$s1 << EOD
1.32709689 -2 1.10695094 1.45800099
1.63616453 -10 1.38997941 2.48033022
EOD
$s2 << EOD
1.45070406 -3 1.25469298 1.57811167
1.68105847 -11 1.5396789 2.4801462
EOD
$s3 << EOD
1.73581586 -4 1.59990708 1.8176691
2.12358526 -12 1.80916273 2.45838878
EOD
$s4 << EOD
1.38580362 -5 1.27637977 1.50812379
1.84912339 -13 1.60664015 2.17794909
EOD
$s5 << EOD
1.04399808 -6 0.896234292 1.1355034
1.48358019 -14 1.21021249 1.71120956
EOD
$s6 << EOD
1.52489427 -7 1.36425814 1.62628562
1.96659868 -15 1.80499108 2.59376995
EOD
unset key
plot $s0 using 1:2:3:4 with xerrorbars lc rgb '#d55e00' lw 1.6 pt 7 ps 0.9, \
  $s1 using 1:2:3:4 with xerrorbars lc rgb '#0072b2' lw 1.6 pt 5 ps 0.9, \
  $s2 using 1:2:3:4 with xerrorbars lc rgb '#00875f' lw 1.6 pt 9 ps 0.9, \
  $s3 using 1:2:3:4 with xerrorbars lc rgb '#a87000' lw 1.6 pt 11 ps 0.9, \
  $s4 using 1:2:3:4 with xerrorbars lc rgb '#b0508c' lw 1.6 pt 13 ps 0.9, \
  $s5 using 1:2:3:4 with xerrorbars lc rgb '#444444' lw 1.6 pt 4 ps 0.9, \
  $s6 using 1:2:3:4 with xerrorbars lc rgb '#767676' lw 1.6 pt 1 ps 0.9
