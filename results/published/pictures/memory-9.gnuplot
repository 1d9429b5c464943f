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
1.765625 1.39618284
1.97460938 1.42699075
EOD
set label 'A' at first 1.97460938, first 1.42699075 left offset char 0.9, 0 textcolor rgb '#010203'
$r0 << EOD
1.97460938 1.42699075 1.37658979 1.46821738
EOD
set label 'A' at first 3.9765625, first 1.37817558 left offset char 0.9, 0 textcolor rgb '#010203'
$r1 << EOD
3.9765625 1.37817558 1.37341417 1.42095951
EOD
set label 'A' at first 2.04492188, first 1.39844411 left offset char 0.9, 0 textcolor rgb '#010203'
$r2 << EOD
2.04492188 1.39844411 1.35247328 1.44711495
EOD
set label 'A' at first 6.96679688, first 1.4267708 left offset char 0.9, 0 textcolor rgb '#010203'
$r3 << EOD
6.96679688 1.4267708 1.39878535 1.47655111
EOD
set label 'A' at first 3.4140625, first 1.36525994 left offset char 0.9, 0 textcolor rgb '#010203'
$r4 << EOD
3.4140625 1.36525994 1.3393796 1.406924
EOD
set label 'A' at first 1.765625, first 1.39618284 left offset char 0.9, 0 textcolor rgb '#010203'
$r5 << EOD
1.765625 1.39618284 1.37272954 1.43338683
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
