# To draw it: gnuplot -e "set terminal svg size 800,1042 noenhanced" THIS > picture.svg
set encoding utf8
set border 3 lc rgb '#010203'
set tics nomirror textcolor rgb '#010203'
set xlabel textcolor rgb '#010203'
set ylabel textcolor rgb '#010203'
set key textcolor rgb '#010203'
set grid xtics lt 1 lc rgb '#c9c9c8' lw 0.5
set errorbars small
set ytics ('1 thread' 0, 'hakmem (B)' -1, 'hakmem (C)' -2, 'jemalloc (B)' -3, 'jemalloc (C)' -4, 'mimalloc (B)' -5, 'mimalloc (C)' -6, 'tcmalloc (B)' -7, 'tcmalloc (C)' -8, 'tbb (B)' -9, 'tbb (C)' -10, 'glibc (B)' -11, 'glibc (C)' -12, 'floor (B)' -13, 'floor (C)' -14, '2 threads' -15, 'hakmem (B)' -16, 'hakmem (C)' -17, 'jemalloc (B)' -18, 'jemalloc (C)' -19, 'mimalloc (B)' -20, 'mimalloc (C)' -21, 'tcmalloc (B)' -22, 'tcmalloc (C)' -23, 'tbb (B)' -24, 'tbb (C)' -25, 'glibc (B)' -26, 'glibc (C)' -27, 'floor (B)' -28, 'floor (C)' -29, '4 threads, over' -30, 'hakmem (C)' -31, 'jemalloc (C)' -32, 'mimalloc (C)' -33, 'tcmalloc (C)' -34, 'tbb (C)' -35, 'glibc (C)' -36, 'floor (C)' -37)
set yrange [-37.6:0.6]
set xrange [0:136.194293]
set xlabel 'M ops/s (more is better)'
set arrow from first 61.4919385, first -0.6 to first 61.4919385, first -14.4 nohead dt 2 lc rgb '#767675' back
set arrow from first 62.2872271, first -0.6 to first 62.2872271, first -14.4 nohead dt 2 lc rgb '#767675' back
set arrow from first 108.583447, first -15.6 to first 108.583447, first -29.4 nohead dt 2 lc rgb '#767675' back
set arrow from first 110.089574, first -15.6 to first 110.089574, first -29.4 nohead dt 2 lc rgb '#767675' back
set arrow from first 110.190272, first -30.6 to first 110.190272, first -37.4 nohead dt 2 lc rgb '#767675' back
$s0 << EOD
64.9333639 -1 62.301488 68.0099748
64.5491036 -2 59.2054243 67.9654858
107.057708 -16 101.019505 110.464001
117.602938 -17 109.110827 126.490668
118.16547 -31 114.425627 129.708851
EOD
$s1 << EOD
50.8212718 -3 47.4773246 54.0928169
51.9474114 -4 47.024678 55.0466671
84.0826709 -18 77.6292998 96.1596018
93.8873926 -19 92.2747183 96.3861027
91.8398559 -32 84.2653905 98.4539624
EOD
$s2 << EOD
57.048225 -5 50.4459995 57.9843643
58.018764 -6 53.2939411 58.7289464
103.016134 -20 91.3925183 106.787148
104.611775 -21 101.902351 109.011791
106.492823 -33 87.1412526 108.295731
EOD
$s3 << EOD
62.692281 -7 57.1179199 67.0598585
64.0492882 -8 58.9233241 65.0844841
102.828597 -22 96.026257 109.315203
111.701088 -23 107.976494 114.815616
113.139616 -34 86.7937894 121.872423
EOD
$s4 << EOD
27.1467232 -9 25.7789134 28.2350964
27.1475027 -10 25.2232154 28.2770441
44.9917445 -24 43.2463523 46.3743962
49.6228166 -25 38.5688262 50.9893129
47.8967792 -35 42.3382607 48.7287792
EOD
$s5 << EOD
33.3219199 -11 32.2459408 35.3151341
33.51226 -12 28.2272124 34.5498153
54.1126187 -26 51.6186419 58.8775668
62.6674499 -27 53.1544525 65.3121681
58.4855544 -36 56.8456736 63.7695158
EOD
$s6 << EOD
61.4919385 -13 60.8338058 63.6305091
62.2872271 -14 60.0049084 63.6872223
108.583447 -28 83.6897501 117.358875
110.089574 -29 104.642461 118.789303
110.190272 -37 89.9811622 120.180468
EOD
unset key
plot $s0 using 1:2:3:4 with xerrorbars lc rgb '#d55e00' lw 1.6 pt 7 ps 0.9, \
  $s1 using 1:2:3:4 with xerrorbars lc rgb '#0072b2' lw 1.6 pt 5 ps 0.9, \
  $s2 using 1:2:3:4 with xerrorbars lc rgb '#00875f' lw 1.6 pt 9 ps 0.9, \
  $s3 using 1:2:3:4 with xerrorbars lc rgb '#a87000' lw 1.6 pt 11 ps 0.9, \
  $s4 using 1:2:3:4 with xerrorbars lc rgb '#b0508c' lw 1.6 pt 13 ps 0.9, \
  $s5 using 1:2:3:4 with xerrorbars lc rgb '#444444' lw 1.6 pt 4 ps 0.9, \
  $s6 using 1:2:3:4 with xerrorbars lc rgb '#767676' lw 1.6 pt 1 ps 0.9
