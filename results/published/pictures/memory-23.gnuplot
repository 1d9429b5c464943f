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
3.96484375 33.3219199
3.97265625 33.51226
4.62304688 64.5491036
4.63867188 64.9333639
EOD
set label 'B' at first 4.63867188, first 64.9333639 left offset char 0.9, 0 textcolor rgb '#010203'
$r0 << EOD
4.63867188 64.9333639 62.301488 68.0099748
EOD
set label 'C' at first 4.62304688, first 64.5491036 left offset char 0.9, 0 textcolor rgb '#010203'
$r1 << EOD
4.62304688 64.5491036 59.2054243 67.9654858
EOD
set label 'B' at first 6.47460938, first 50.8212718 left offset char 0.9, 0 textcolor rgb '#010203'
$r2 << EOD
6.47460938 50.8212718 47.4773246 54.0928169
EOD
set label 'C' at first 6.48828125, first 51.9474114 left offset char 0.9, 0 textcolor rgb '#010203'
$r3 << EOD
6.48828125 51.9474114 47.024678 55.0466671
EOD
set label 'B' at first 4.75195312, first 57.048225 left offset char 0.9, 0 textcolor rgb '#010203'
$r4 << EOD
4.75195312 57.048225 50.4459995 57.9843643
EOD
set label 'C' at first 4.75585938, first 58.018764 left offset char 0.9, 0 textcolor rgb '#010203'
$r5 << EOD
4.75585938 58.018764 53.2939411 58.7289464
EOD
set label 'B' at first 9.59570312, first 62.692281 left offset char 0.9, 0 textcolor rgb '#010203'
$r6 << EOD
9.59570312 62.692281 57.1179199 67.0598585
EOD
set label 'C' at first 9.60742188, first 64.0492882 left offset char 0.9, 0 textcolor rgb '#010203'
$r7 << EOD
9.60742188 64.0492882 58.9233241 65.0844841
EOD
set label 'B' at first 6.1171875, first 27.1467232 left offset char 0.9, 0 textcolor rgb '#010203'
$r8 << EOD
6.1171875 27.1467232 25.7789134 28.2350964
EOD
set label 'C' at first 6.15625, first 27.1475027 left offset char 0.9, 0 textcolor rgb '#010203'
$r9 << EOD
6.15625 27.1475027 25.2232154 28.2770441
EOD
set label 'B' at first 3.96484375, first 33.3219199 left offset char 0.9, 0 textcolor rgb '#010203'
$r10 << EOD
3.96484375 33.3219199 32.2459408 35.3151341
EOD
set label 'C' at first 3.97265625, first 33.51226 left offset char 0.9, 0 textcolor rgb '#010203'
$r11 << EOD
3.97265625 33.51226 28.2272124 34.5498153
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
