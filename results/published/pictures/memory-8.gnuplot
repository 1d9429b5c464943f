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
1.9921875 8.07238853
3.05859375 12.7307062
EOD
set label 'A' at first 3.05859375, first 12.7307062 left offset char 0.9, 0 textcolor rgb '#010203'
$r0 << EOD
3.05859375 12.7307062 9.21531168 15.3626283
EOD
set label 'A' at first 4.49414062, first 1.42424642 left offset char 0.9, 0 textcolor rgb '#010203'
$r1 << EOD
4.49414062 1.42424642 1.32937175 1.52167462
EOD
set label 'A' at first 3.73046875, first 4.23011596 left offset char 0.9, 0 textcolor rgb '#010203'
$r2 << EOD
3.73046875 4.23011596 3.6321649 4.58589089
EOD
set label 'A' at first 7.265625, first 6.48356019 left offset char 0.9, 0 textcolor rgb '#010203'
$r3 << EOD
7.265625 6.48356019 4.74737777 8.15883227
EOD
set label 'A' at first 4.32617188, first 8.11523471 left offset char 0.9, 0 textcolor rgb '#010203'
$r4 << EOD
4.32617188 8.11523471 6.20861964 10.4956281
EOD
set label 'A' at first 1.9921875, first 8.07238853 left offset char 0.9, 0 textcolor rgb '#010203'
$r5 << EOD
1.9921875 8.07238853 5.52140385 11.848761
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
