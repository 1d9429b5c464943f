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
41.109375 7.43040467
54.6796875 7.83888037
59.4707031 11.6054076
64.6582031 17.4318614
69.1425781 17.9620789
EOD
set label 'A' at first 69.1425781, first 17.9620789 left offset char 0.9, 0 textcolor rgb '#010203'
$r0 << EOD
69.1425781 17.9620789 16.2241012 19.4240355
EOD
set label 'A' at first 97.125, first 4.20814521 left offset char 0.9, 0 textcolor rgb '#010203'
$r1 << EOD
97.125 4.20814521 4.07074759 4.26471374
EOD
set label 'A' at first 59.4707031, first 11.6054076 left offset char 0.9, 0 textcolor rgb '#010203'
$r2 << EOD
59.4707031 11.6054076 11.0904465 13.4289275
EOD
set label 'A' at first 64.6582031, first 17.4318614 left offset char 0.9, 0 textcolor rgb '#010203'
$r3 << EOD
64.6582031 17.4318614 15.8617796 22.588019
EOD
set label 'A' at first 54.6796875, first 7.83888037 left offset char 0.9, 0 textcolor rgb '#010203'
$r4 << EOD
54.6796875 7.83888037 7.49115901 8.81116009
EOD
set label 'A' at first 41.109375, first 7.43040467 left offset char 0.9, 0 textcolor rgb '#010203'
$r5 << EOD
41.109375 7.43040467 7.07293356 7.68939865
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
