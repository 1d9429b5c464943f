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
3.046875 7.65594535
3.13476562 22.5491165
3.25390625 95.2557733
EOD
set label 'A' at first 3.25390625, first 95.2557733 left offset char 0.9, 0 textcolor rgb '#010203'
$r0 << EOD
3.25390625 95.2557733 60.3533324 129.364726
EOD
set label 'A' at first 4.99609375, first 13.2980159 left offset char 0.9, 0 textcolor rgb '#010203'
$r1 << EOD
4.99609375 13.2980159 9.34199724 22.7524924
EOD
set label 'A' at first 3.13476562, first 22.5491165 left offset char 0.9, 0 textcolor rgb '#010203'
$r2 << EOD
3.13476562 22.5491165 19.0675494 73.9239301
EOD
set label 'A' at first 9.00390625, first 9.42026935 left offset char 0.9, 0 textcolor rgb '#010203'
$r3 << EOD
9.00390625 9.42026935 8.91753814 21.4258625
EOD
set label 'A' at first 4.4765625, first 17.8005529 left offset char 0.9, 0 textcolor rgb '#010203'
$r4 << EOD
4.4765625 17.8005529 16.3647129 40.0028339
EOD
set label 'A' at first 3.046875, first 7.65594535 left offset char 0.9, 0 textcolor rgb '#010203'
$r5 << EOD
3.046875 7.65594535 6.87400603 20.5808939
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
