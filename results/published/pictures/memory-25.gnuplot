# To draw it: gnuplot -e "set terminal svg size 800,440 noenhanced" THIS > picture.svg
set encoding utf8
set border 3 lc rgb '#010203'
set tics nomirror textcolor rgb '#010203'
set xlabel textcolor rgb '#010203'
set ylabel textcolor rgb '#010203'
set key textcolor rgb '#010203'
set grid xtics lt 1 lc rgb '#c9c9c8' lw 0.5
set errorbars small
$front << EOD
1.88476562 68.0576937
2.37304688 112.632847
EOD
set label 'B' at first 2.37304688, first 105.801956 left offset char 0.9, 0 textcolor rgb '#010203'
$r0 << EOD
2.37304688 105.801956 82.7679452 115.123603
EOD
set label 'C' at first 2.37304688, first 112.632847 left offset char 0.9, 0 textcolor rgb '#010203'
$r1 << EOD
2.37304688 112.632847 85.7274291 117.223739
EOD
set label 'B' at first 4.1875, first 84.3204261 left offset char 0.9, 0 textcolor rgb '#010203'
$r2 << EOD
4.1875 84.3204261 74.6023474 87.444022
EOD
set label 'C' at first 4.11914062, first 85.3264821 left offset char 0.9, 0 textcolor rgb '#010203'
$r3 << EOD
4.11914062 85.3264821 80.0318952 87.2818261
EOD
set label 'B' at first 2.38476562, first 106.782576 left offset char 0.9, 0 textcolor rgb '#010203'
$r4 << EOD
2.38476562 106.782576 98.1361124 109.902231
EOD
set label 'C' at first 2.40039062, first 107.319826 left offset char 0.9, 0 textcolor rgb '#010203'
$r5 << EOD
2.40039062 107.319826 88.3478335 109.822984
EOD
set label 'B' at first 7.296875, first 111.217086 left offset char 0.9, 0 textcolor rgb '#010203'
$r6 << EOD
7.296875 111.217086 109.708632 112.673906
EOD
set label 'C' at first 7.3203125, first 112.249305 left offset char 0.9, 0 textcolor rgb '#010203'
$r7 << EOD
7.3203125 112.249305 104.748163 113.129532
EOD
set label 'B' at first 3.70703125, first 42.8627153 left offset char 0.9, 0 textcolor rgb '#010203'
$r8 << EOD
3.70703125 42.8627153 40.2127786 43.5756921
EOD
set label 'C' at first 3.75195312, first 43.8197677 left offset char 0.9, 0 textcolor rgb '#010203'
$r9 << EOD
3.75195312 43.8197677 40.9766087 46.1085541
EOD
set label 'B' at first 1.921875, first 64.5615592 left offset char 0.9, 0 textcolor rgb '#010203'
$r10 << EOD
1.921875 64.5615592 60.896311 67.3483803
EOD
set label 'C' at first 1.88476562, first 68.0576937 left offset char 0.9, 0 textcolor rgb '#010203'
$r11 << EOD
1.88476562 68.0576937 61.6920608 69.7691544
EOD
set grid xtics ytics lt 1 lc rgb '#c9c9c8' lw 0.5
set xlabel 'peak RSS, MiB (less is better)'
set ylabel 'M ops/s (more is better)'
set key outside right top
set offsets graph 0.08, graph 0.08, graph 0.08, graph 0.08
plot $front using 1:2 with steps lc rgb '#767675' dt 2 title 'front', \
  $r0 using 1:2:3:4 with yerrorbars lc rgb '#d55e00' lw 1.6 pt 7 ps 1.1 title 'hakmem (B)', \
  $r1 using 1:2:3:4 with yerrorbars lc rgb '#d55e00' lw 1.6 pt 7 ps 1.1 title 'hakmem (C)', \
  $r2 using 1:2:3:4 with yerrorbars lc rgb '#0072b2' lw 1.6 pt 5 ps 1.1 title 'jemalloc (B)', \
  $r3 using 1:2:3:4 with yerrorbars lc rgb '#0072b2' lw 1.6 pt 5 ps 1.1 title 'jemalloc (C)', \
  $r4 using 1:2:3:4 with yerrorbars lc rgb '#00875f' lw 1.6 pt 9 ps 1.1 title 'mimalloc (B)', \
  $r5 using 1:2:3:4 with yerrorbars lc rgb '#00875f' lw 1.6 pt 9 ps 1.1 title 'mimalloc (C)', \
  $r6 using 1:2:3:4 with yerrorbars lc rgb '#a87000' lw 1.6 pt 11 ps 1.1 title 'tcmalloc (B)', \
  $r7 using 1:2:3:4 with yerrorbars lc rgb '#a87000' lw 1.6 pt 11 ps 1.1 title 'tcmalloc (C)', \
  $r8 using 1:2:3:4 with yerrorbars lc rgb '#b0508c' lw 1.6 pt 13 ps 1.1 title 'tbb (B)', \
  $r9 using 1:2:3:4 with yerrorbars lc rgb '#b0508c' lw 1.6 pt 13 ps 1.1 title 'tbb (C)', \
  $r10 using 1:2:3:4 with yerrorbars lc rgb '#444444' lw 1.6 pt 4 ps 1.1 title 'glibc (B)', \
  $r11 using 1:2:3:4 with yerrorbars lc rgb '#444444' lw 1.6 pt 4 ps 1.1 title 'glibc (C)'
