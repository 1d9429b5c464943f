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
9.58984375 108.605964
12.28125 150.367546
13.1835938 231.652977
15 235.419472
EOD
set label 'C' at first 14.3847656, first 229.878521 left offset char 0.9, 0 textcolor rgb '#010203'
$r0 << EOD
14.3847656 229.878521 210.59952 238.071668
EOD
set label 'C' at first 12.28125, first 150.367546 left offset char 0.9, 0 textcolor rgb '#010203'
$r1 << EOD
12.28125 150.367546 141.265715 180.593638
EOD
set label 'C' at first 15, first 235.419472 left offset char 0.9, 0 textcolor rgb '#010203'
$r2 << EOD
15 235.419472 191.524029 245.931274
EOD
set label 'C' at first 13.1835938, first 231.652977 left offset char 0.9, 0 textcolor rgb '#010203'
$r3 << EOD
13.1835938 231.652977 210.147329 250.592274
EOD
set label 'C' at first 14.0996094, first 71.592046 left offset char 0.9, 0 textcolor rgb '#010203'
$r4 << EOD
14.0996094 71.592046 69.496854 77.4305438
EOD
set label 'C' at first 9.58984375, first 108.605964 left offset char 0.9, 0 textcolor rgb '#010203'
$r5 << EOD
9.58984375 108.605964 93.2967223 118.157716
EOD
set grid xtics ytics lt 1 lc rgb '#c9c9c8' lw 0.5
set xlabel 'peak RSS, MiB (less is better)'
set ylabel 'M ops/s (more is better)'
set key outside right top
set offsets graph 0.08, graph 0.08, graph 0.08, graph 0.08
plot $front using 1:2 with steps lc rgb '#767675' dt 2 title 'front', \
  $r0 using 1:2:3:4 with yerrorbars lc rgb '#d55e00' lw 1.6 pt 7 ps 1.1 title 'hakmem (C)', \
  $r1 using 1:2:3:4 with yerrorbars lc rgb '#0072b2' lw 1.6 pt 5 ps 1.1 title 'jemalloc (C)', \
  $r2 using 1:2:3:4 with yerrorbars lc rgb '#00875f' lw 1.6 pt 9 ps 1.1 title 'mimalloc (C)', \
  $r3 using 1:2:3:4 with yerrorbars lc rgb '#a87000' lw 1.6 pt 11 ps 1.1 title 'tcmalloc (C)', \
  $r4 using 1:2:3:4 with yerrorbars lc rgb '#b0508c' lw 1.6 pt 13 ps 1.1 title 'tbb (C)', \
  $r5 using 1:2:3:4 with yerrorbars lc rgb '#444444' lw 1.6 pt 4 ps 1.1 title 'glibc (C)'
