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
6.32421875 54.1126187
6.33984375 62.6674499
7.3515625 117.602938
EOD
set label 'B' at first 7.37890625, first 107.057708 left offset char 0.9, 0 textcolor rgb '#010203'
$r0 << EOD
7.37890625 107.057708 101.019505 110.464001
EOD
set label 'C' at first 7.3515625, first 117.602938 left offset char 0.9, 0 textcolor rgb '#010203'
$r1 << EOD
7.3515625 117.602938 109.110827 126.490668
EOD
set label 'B' at first 9.18164062, first 84.0826709 left offset char 0.9, 0 textcolor rgb '#010203'
$r2 << EOD
9.18164062 84.0826709 77.6292998 96.1596018
EOD
set label 'C' at first 9.17382812, first 93.8873926 left offset char 0.9, 0 textcolor rgb '#010203'
$r3 << EOD
9.17382812 93.8873926 92.2747183 96.3861027
EOD
set label 'B' at first 7.48242188, first 103.016134 left offset char 0.9, 0 textcolor rgb '#010203'
$r4 << EOD
7.48242188 103.016134 91.3925183 106.787148
EOD
set label 'C' at first 7.49414062, first 104.611775 left offset char 0.9, 0 textcolor rgb '#010203'
$r5 << EOD
7.49414062 104.611775 101.902351 109.011791
EOD
set label 'B' at first 12.3554688, first 102.828597 left offset char 0.9, 0 textcolor rgb '#010203'
$r6 << EOD
12.3554688 102.828597 96.026257 109.315203
EOD
set label 'C' at first 12.3359375, first 111.701088 left offset char 0.9, 0 textcolor rgb '#010203'
$r7 << EOD
12.3359375 111.701088 107.976494 114.815616
EOD
set label 'B' at first 9.02929688, first 44.9917445 left offset char 0.9, 0 textcolor rgb '#010203'
$r8 << EOD
9.02929688 44.9917445 43.2463523 46.3743962
EOD
set label 'C' at first 9.0625, first 49.6228166 left offset char 0.9, 0 textcolor rgb '#010203'
$r9 << EOD
9.0625 49.6228166 38.5688262 50.9893129
EOD
set label 'B' at first 6.32421875, first 54.1126187 left offset char 0.9, 0 textcolor rgb '#010203'
$r10 << EOD
6.32421875 54.1126187 51.6186419 58.8775668
EOD
set label 'C' at first 6.33984375, first 62.6674499 left offset char 0.9, 0 textcolor rgb '#010203'
$r11 << EOD
6.33984375 62.6674499 53.1544525 65.3121681
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
