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
set xrange [0:234.4353]
set xlabel 'M ops/s (more is better)'
set arrow from first 180.456426, first -0.6 to first 180.456426, first -7.4 nohead dt 2 lc rgb '#767675' back
set arrow from first 117.302662, first -8.6 to first 117.302662, first -15.4 nohead dt 2 lc rgb '#767675' back
$s0 << EOD
210.286691 -1 206.193344 223.271714
95.2557733 -9 60.3533324 129.364726
EOD
$s1 << EOD
95.6173532 -2 92.9619551 98.9017577
13.2980159 -10 9.34199724 22.7524924
EOD
$s2 << EOD
214.642406 -3 202.328306 219.747738
22.5491165 -11 19.0675494 73.9239301
EOD
$s3 << EOD
193.225014 -4 144.874822 199.268694
9.42026935 -12 8.91753814 21.4258625
EOD
$s4 << EOD
58.0914615 -5 51.1785326 59.7376343
17.8005529 -13 16.3647129 40.0028339
EOD
$s5 << EOD
61.4964016 -6 51.1250755 63.2011205
7.65594535 -14 6.87400603 20.5808939
EOD
$s6 << EOD
180.456426 -7 137.913765 207.789555
117.302662 -15 72.2123967 139.903284
EOD
unset key
plot $s0 using 1:2:3:4 with xerrorbars lc rgb '#d55e00' lw 1.6 pt 7 ps 0.9, \
  $s1 using 1:2:3:4 with xerrorbars lc rgb '#0072b2' lw 1.6 pt 5 ps 0.9, \
  $s2 using 1:2:3:4 with xerrorbars lc rgb '#00875f' lw 1.6 pt 9 ps 0.9, \
  $s3 using 1:2:3:4 with xerrorbars lc rgb '#a87000' lw 1.6 pt 11 ps 0.9, \
  $s4 using 1:2:3:4 with xerrorbars lc rgb '#b0508c' lw 1.6 pt 13 ps 0.9, \
  $s5 using 1:2:3:4 with xerrorbars lc rgb '#444444' lw 1.6 pt 4 ps 0.9, \
  $s6 using 1:2:3:4 with xerrorbars lc rgb '#767676' lw 1.6 pt 1 ps 0.9
