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
1.875 7.04783108
2.69726562 8.97005159
EOD
set label 'A' at first 2.69726562, first 8.97005159 left offset char 0.9, 0 textcolor rgb '#010203'
$r0 << EOD
2.69726562 8.97005159 7.73728815 9.83240968
EOD
set label 'A' at first 4.234375, first 1.25400321 left offset char 0.9, 0 textcolor rgb '#010203'
$r1 << EOD
4.234375 1.25400321 1.2113674 1.29108419
EOD
set label 'A' at first 2.79882812, first 1.07497561 left offset char 0.9, 0 textcolor rgb '#010203'
$r2 << EOD
2.79882812 1.07497561 1.02542023 1.08874022
EOD
set label 'A' at first 7.16992188, first 5.65003341 left offset char 0.9, 0 textcolor rgb '#010203'
$r3 << EOD
7.16992188 5.65003341 5.37354783 5.97144256
EOD
set label 'A' at first 3.90234375, first 6.80212809 left offset char 0.9, 0 textcolor rgb '#010203'
$r4 << EOD
3.90234375 6.80212809 4.28404504 7.08400808
EOD
set label 'A' at first 1.875, first 7.04783108 left offset char 0.9, 0 textcolor rgb '#010203'
$r5 << EOD
1.875 7.04783108 6.2578488 7.51914885
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
