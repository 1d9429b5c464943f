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
3 53.4890414
3.34765625 56.7516813
4.27148438 131.524103
4.83789062 133.260915
8.546875 139.059927
EOD
set label 'B' at first 4.27148438, first 131.524103 left offset char 0.9, 0 textcolor rgb '#010203'
$r0 << EOD
4.27148438 131.524103 109.500339 148.071836
EOD
set label 'C' at first 4.83789062, first 133.260915 left offset char 0.9, 0 textcolor rgb '#010203'
$r1 << EOD
4.83789062 133.260915 98.7374045 146.718724
EOD
set label 'B' at first 6.15234375, first 84.9754054 left offset char 0.9, 0 textcolor rgb '#010203'
$r2 << EOD
6.15234375 84.9754054 54.9498609 87.3639995
EOD
set label 'C' at first 6.24804688, first 88.2264533 left offset char 0.9, 0 textcolor rgb '#010203'
$r3 << EOD
6.24804688 88.2264533 84.681106 90.0765481
EOD
set label 'B' at first 4.73828125, first 124.727608 left offset char 0.9, 0 textcolor rgb '#010203'
$r4 << EOD
4.73828125 124.727608 100.619336 131.119002
EOD
set label 'C' at first 4.68554688, first 126.537602 left offset char 0.9, 0 textcolor rgb '#010203'
$r5 << EOD
4.68554688 126.537602 113.648975 133.512924
EOD
set label 'B' at first 8.56640625, first 136.315455 left offset char 0.9, 0 textcolor rgb '#010203'
$r6 << EOD
8.56640625 136.315455 121.822966 141.666349
EOD
set label 'C' at first 8.546875, first 139.059927 left offset char 0.9, 0 textcolor rgb '#010203'
$r7 << EOD
8.546875 139.059927 134.339842 142.817475
EOD
set label 'B' at first 5.22851562, first 38.7281027 left offset char 0.9, 0 textcolor rgb '#010203'
$r8 << EOD
5.22851562 38.7281027 37.7125863 39.9058046
EOD
set label 'C' at first 5.36523438, first 39.1704427 left offset char 0.9, 0 textcolor rgb '#010203'
$r9 << EOD
5.36523438 39.1704427 36.7065989 40.1760309
EOD
set label 'B' at first 3.34765625, first 56.7516813 left offset char 0.9, 0 textcolor rgb '#010203'
$r10 << EOD
3.34765625 56.7516813 55.6056066 59.5620691
EOD
set label 'C' at first 3, first 53.4890414 left offset char 0.9, 0 textcolor rgb '#010203'
$r11 << EOD
3 53.4890414 51.5850488 56.7369741
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
