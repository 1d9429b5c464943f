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
set xrange [0:442.720833]
set xlabel 'M ops/s (more is better)'
set arrow from first 186.865329, first -0.6 to first 186.865329, first -7.4 nohead dt 2 lc rgb '#767675' back
set arrow from first 244.89012, first -8.6 to first 244.89012, first -15.4 nohead dt 2 lc rgb '#767675' back
$s0 << EOD
211.498222 -1 153.479043 213.282317
375.900566 -9 341.249721 407.668499
EOD
$s1 << EOD
75.0752875 -2 69.4587931 77.2892061
126.275237 -10 117.485367 129.001167
EOD
$s2 << EOD
208.107538 -3 142.355459 221.054287
324.584274 -11 307.836136 421.638888
EOD
$s3 << EOD
192.339781 -4 188.25219 201.497421
312.829955 -12 271.100751 368.192455
EOD
$s4 << EOD
61.2790373 -5 59.2162245 62.1498593
104.346792 -13 94.3918259 108.323643
EOD
$s5 << EOD
62.8657162 -6 62.1384263 64.3267045
106.136202 -14 103.537295 110.266882
EOD
$s6 << EOD
186.865329 -7 177.602924 190.998047
244.89012 -15 171.745746 298.942619
EOD
unset key
plot $s0 using 1:2:3:4 with xerrorbars lc rgb '#d55e00' lw 1.6 pt 7 ps 0.9, \
  $s1 using 1:2:3:4 with xerrorbars lc rgb '#0072b2' lw 1.6 pt 5 ps 0.9, \
  $s2 using 1:2:3:4 with xerrorbars lc rgb '#00875f' lw 1.6 pt 9 ps 0.9, \
  $s3 using 1:2:3:4 with xerrorbars lc rgb '#a87000' lw 1.6 pt 11 ps 0.9, \
  $s4 using 1:2:3:4 with xerrorbars lc rgb '#b0508c' lw 1.6 pt 13 ps 0.9, \
  $s5 using 1:2:3:4 with xerrorbars lc rgb '#444444' lw 1.6 pt 4 ps 0.9, \
  $s6 using 1:2:3:4 with xerrorbars lc rgb '#767676' lw 1.6 pt 1 ps 0.9
