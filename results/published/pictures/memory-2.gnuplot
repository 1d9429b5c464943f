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
1.984375 106.136202
2.1484375 375.900566
EOD
set label 'A' at first 2.1484375, first 375.900566 left offset char 0.9, 0 textcolor rgb '#010203'
$r0 << EOD
2.1484375 375.900566 341.249721 407.668499
EOD
set label 'A' at first 4.15039062, first 126.275237 left offset char 0.9, 0 textcolor rgb '#010203'
$r1 << EOD
4.15039062 126.275237 117.485367 129.001167
EOD
set label 'A' at first 2.25, first 324.584274 left offset char 0.9, 0 textcolor rgb '#010203'
$r2 << EOD
2.25 324.584274 307.836136 421.638888
EOD
set label 'A' at first 7.109375, first 312.829955 left offset char 0.9, 0 textcolor rgb '#010203'
$r3 << EOD
7.109375 312.829955 271.100751 368.192455
EOD
set label 'A' at first 3.52539062, first 104.346792 left offset char 0.9, 0 textcolor rgb '#010203'
$r4 << EOD
3.52539062 104.346792 94.3918259 108.323643
EOD
set label 'A' at first 1.984375, first 106.136202 left offset char 0.9, 0 textcolor rgb '#010203'
$r5 << EOD
1.984375 106.136202 103.537295 110.266882
EOD
set grid xtics ytics lt 1 lc rgb '#c9c9c8' lw 0.5
set xlabel 'peak RSS, MiB (less is better)'
set ylabel 'M ops/s (more is better)'
set key outside right top
set offsets graph 0.08, graph 0.08, graph 0.08, graph 0.08
plot $front using 1:2 with steps lc rgb '#767675' dt 2 title 'front', \
  $r0 using 1:2:3:4 with yerrorbars lc rgb '#d55e00' lw 1.6 pt 7 ps 1.1 title 'hakmem (A)', \
  $r1 using 1:2:3:4 with yerrorbars lc rgb '#0072b2' lw 1.6 pt 5 ps 1.1 title 'jemalloc (A)', \
  $r2 using 1:2:3:4 with yerrorbars lc rgb '#00875f' lw 1.6 pt 9 ps 1.1 title 'mimalloc (A)', \
  $r3 using 1:2:3:4 with yerrorbars lc rgb '#a87000' lw 1.6 pt 11 ps 1.1 title 'tcmalloc (A)', \
  $r4 using 1:2:3:4 with yerrorbars lc rgb '#b0508c' lw 1.6 pt 13 ps 1.1 title 'tbb (A)', \
  $r5 using 1:2:3:4 with yerrorbars lc rgb '#444444' lw 1.6 pt 4 ps 1.1 title 'glibc (A)'
