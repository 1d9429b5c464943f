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
set xrange [0:124.63794]
set xlabel 'M ops/s (more is better)'
set arrow from first 100.842697, first -0.6 to first 100.842697, first -14.4 nohead dt 2 lc rgb '#767675' back
set arrow from first 111.984725, first -0.6 to first 111.984725, first -14.4 nohead dt 2 lc rgb '#767675' back
set arrow from first 44.9185045, first -15.6 to first 44.9185045, first -29.4 nohead dt 2 lc rgb '#767675' back
set arrow from first 29.0535373, first -15.6 to first 29.0535373, first -29.4 nohead dt 2 lc rgb '#767675' back
set arrow from first 29.3998634, first -30.6 to first 29.3998634, first -37.4 nohead dt 2 lc rgb '#767675' back
$s0 << EOD
105.801956 -1 82.7679452 115.123603
112.632847 -2 85.7274291 117.223739
38.3574632 -16 17.2830419 86.1022113
33.089708 -17 25.0212956 67.3856641
34.1384249 -31 31.3672284 85.1687322
EOD
$s1 << EOD
84.3204261 -3 74.6023474 87.444022
85.3264821 -4 80.0318952 87.2818261
13.2716951 -18 8.48333282 21.7303924
11.5875028 -19 9.74844024 19.7540242
11.7830792 -32 10.8716966 19.7355041
EOD
$s2 << EOD
106.782576 -5 98.1361124 109.902231
107.319826 -6 88.3478335 109.822984
16.4526873 -20 5.6806344 27.0442991
8.57972587 -21 8.34218777 25.1561689
9.18312418 -33 8.73822493 23.0819069
EOD
$s3 << EOD
111.217086 -7 109.708632 112.673906
112.249305 -8 104.748163 113.129532
10.8732514 -22 6.67477149 16.7349254
8.52729086 -23 7.55594522 24.7213752
8.71932244 -34 8.51013234 24.5991426
EOD
$s4 << EOD
42.8627153 -9 40.2127786 43.5756921
43.8197677 -10 40.9766087 46.1085541
11.8580958 -24 4.58790552 19.6280487
6.28564642 -25 5.91287394 17.0597136
6.5840982 -35 6.50588218 17.2060732
EOD
$s5 << EOD
64.5615592 -11 60.896311 67.3483803
68.0576937 -12 61.6920608 69.7691544
3.61296341 -26 2.13147269 5.51290722
4.44196358 -27 2.81163259 6.69058998
7.14658778 -36 6.93670793 13.3263727
EOD
$s6 << EOD
100.842697 -13 77.3480964 116.546115
111.984725 -14 104.891886 118.7028
44.9185045 -28 18.188907 63.4346997
29.0535373 -29 26.5794049 52.7681394
29.3998634 -37 25.5156952 52.7407653
EOD
unset key
plot $s0 using 1:2:3:4 with xerrorbars lc rgb '#d55e00' lw 1.6 pt 7 ps 0.9, \
  $s1 using 1:2:3:4 with xerrorbars lc rgb '#0072b2' lw 1.6 pt 5 ps 0.9, \
  $s2 using 1:2:3:4 with xerrorbars lc rgb '#00875f' lw 1.6 pt 9 ps 0.9, \
  $s3 using 1:2:3:4 with xerrorbars lc rgb '#a87000' lw 1.6 pt 11 ps 0.9, \
  $s4 using 1:2:3:4 with xerrorbars lc rgb '#b0508c' lw 1.6 pt 13 ps 0.9, \
  $s5 using 1:2:3:4 with xerrorbars lc rgb '#444444' lw 1.6 pt 4 ps 0.9, \
  $s6 using 1:2:3:4 with xerrorbars lc rgb '#767676' lw 1.6 pt 1 ps 0.9
