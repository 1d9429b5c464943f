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
1.7734375 2.31401498
2.00585938 2.5115788
3.44921875 2.54879526
EOD
set label 'A' at first 2.00585938, first 2.5115788 left offset char 0.9, 0 textcolor rgb '#010203'
$r0 << EOD
2.00585938 2.5115788 2.25472762 2.75760798
EOD
set label 'A' at first 4.0859375, first 2.36035493 left offset char 0.9, 0 textcolor rgb '#010203'
$r1 << EOD
4.0859375 2.36035493 2.03388026 2.75384353
EOD
set label 'A' at first 2.11523438, first 2.39049124 left offset char 0.9, 0 textcolor rgb '#010203'
$r2 << EOD
2.11523438 2.39049124 2.1970159 2.63812693
EOD
set label 'A' at first 6.94140625, first 0.935822188 left offset char 0.9, 0 textcolor rgb '#010203'
$r3 << EOD
6.94140625 0.935822188 0.59949146 0.988638507
EOD
set label 'A' at first 3.44921875, first 2.54879526 left offset char 0.9, 0 textcolor rgb '#010203'
$r4 << EOD
3.44921875 2.54879526 2.22510493 2.69600917
EOD
set label 'A' at first 1.7734375, first 2.31401498 left offset char 0.9, 0 textcolor rgb '#010203'
$r5 << EOD
1.7734375 2.31401498 2.0220052 2.72789735
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
