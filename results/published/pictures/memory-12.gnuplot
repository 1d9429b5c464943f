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
12.046875 1.48358019
14.1894531 1.9338961
20.6933594 2.12358526
EOD
set label 'A' at first 14.1894531, first 1.9338961 left offset char 0.9, 0 textcolor rgb '#010203'
$r0 << EOD
14.1894531 1.9338961 1.50538513 2.12025471
EOD
set label 'A' at first 18.0566406, first 1.63616453 left offset char 0.9, 0 textcolor rgb '#010203'
$r1 << EOD
18.0566406 1.63616453 1.38997941 2.48033022
EOD
set label 'A' at first 15.6875, first 1.68105847 left offset char 0.9, 0 textcolor rgb '#010203'
$r2 << EOD
15.6875 1.68105847 1.5396789 2.4801462
EOD
set label 'A' at first 20.6933594, first 2.12358526 left offset char 0.9, 0 textcolor rgb '#010203'
$r3 << EOD
20.6933594 2.12358526 1.80916273 2.45838878
EOD
set label 'A' at first 17.4609375, first 1.84912339 left offset char 0.9, 0 textcolor rgb '#010203'
$r4 << EOD
17.4609375 1.84912339 1.60664015 2.17794909
EOD
set label 'A' at first 12.046875, first 1.48358019 left offset char 0.9, 0 textcolor rgb '#010203'
$r5 << EOD
12.046875 1.48358019 1.21021249 1.71120956
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
