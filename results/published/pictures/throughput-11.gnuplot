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
set xrange [0:52.0917079]
set xlabel 'M ops/s (more is better)'
set arrow from first 22.3150849, first -0.6 to first 22.3150849, first -7.4 nohead dt 2 lc rgb '#767675' back
set arrow from first 38.8157696, first -8.6 to first 38.8157696, first -15.4 nohead dt 2 lc rgb '#767675' back
$s0 << EOD
26.3542105 -1 24.9357412 29.1591668
45.8923695 -9 39.5808865 49.6111503
EOD
$s1 << EOD
13.2635574 -2 12.799637 13.5322844
21.1236066 -10 19.821275 22.0331336
EOD
$s2 << EOD
20.5117535 -3 18.9764187 20.8314618
33.8413936 -11 29.108968 38.8220106
EOD
$s3 << EOD
23.4636554 -4 19.5754084 24.2878466
35.5190395 -12 30.5198584 37.9178306
EOD
$s4 << EOD
14.2802829 -5 13.5184597 15.2343782
23.3746237 -13 21.800965 24.0097712
EOD
$s5 << EOD
13.3004971 -6 12.8573534 13.4444914
21.5309976 -14 20.288151 21.9965581
EOD
$s6 << EOD
22.3150849 -7 21.6985669 22.8300431
38.8157696 -15 35.4831222 43.0108343
EOD
unset key
plot $s0 using 1:2:3:4 with xerrorbars lc rgb '#d55e00' lw 1.6 pt 7 ps 0.9, \
  $s1 using 1:2:3:4 with xerrorbars lc rgb '#0072b2' lw 1.6 pt 5 ps 0.9, \
  $s2 using 1:2:3:4 with xerrorbars lc rgb '#00875f' lw 1.6 pt 9 ps 0.9, \
  $s3 using 1:2:3:4 with xerrorbars lc rgb '#a87000' lw 1.6 pt 11 ps 0.9, \
  $s4 using 1:2:3:4 with xerrorbars lc rgb '#b0508c' lw 1.6 pt 13 ps 0.9, \
  $s5 using 1:2:3:4 with xerrorbars lc rgb '#444444' lw 1.6 pt 4 ps 0.9, \
  $s6 using 1:2:3:4 with xerrorbars lc rgb '#767676' lw 1.6 pt 1 ps 0.9
