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
set xrange [0:107.904535]
set xlabel 'M ops/s (more is better)'
set arrow from first 75.9050098, first -0.6 to first 75.9050098, first -7.4 nohead dt 2 lc rgb '#767675' back
set arrow from first 66.9721057, first -8.6 to first 66.9721057, first -15.4 nohead dt 2 lc rgb '#767675' back
$s0 << EOD
88.1741046 -1 74.0607448 91.3301619
94.0446772 -9 86.1326166 102.766224
EOD
$s1 << EOD
46.2585441 -2 43.1121183 46.7732132
38.6817402 -10 37.8122859 39.5678089
EOD
$s2 << EOD
57.4760426 -3 57.0401821 62.1655359
34.6462316 -11 29.8369143 35.7843364
EOD
$s3 << EOD
71.8297269 -4 69.1841793 74.3582154
54.9054524 -12 53.6242213 56.4782264
EOD
$s4 << EOD
36.3531186 -5 34.5873871 36.6549891
25.395066 -13 24.939673 46.0249775
EOD
$s5 << EOD
29.3440603 -6 28.6275307 30.4256456
14.7924631 -14 14.5747641 27.364663
EOD
$s6 << EOD
75.9050098 -7 74.1749554 77.6146431
66.9721057 -15 63.6637534 70.0469105
EOD
unset key
plot $s0 using 1:2:3:4 with xerrorbars lc rgb '#d55e00' lw 1.6 pt 7 ps 0.9, \
  $s1 using 1:2:3:4 with xerrorbars lc rgb '#0072b2' lw 1.6 pt 5 ps 0.9, \
  $s2 using 1:2:3:4 with xerrorbars lc rgb '#00875f' lw 1.6 pt 9 ps 0.9, \
  $s3 using 1:2:3:4 with xerrorbars lc rgb '#a87000' lw 1.6 pt 11 ps 0.9, \
  $s4 using 1:2:3:4 with xerrorbars lc rgb '#b0508c' lw 1.6 pt 13 ps 0.9, \
  $s5 using 1:2:3:4 with xerrorbars lc rgb '#444444' lw 1.6 pt 4 ps 0.9, \
  $s6 using 1:2:3:4 with xerrorbars lc rgb '#767676' lw 1.6 pt 1 ps 0.9
