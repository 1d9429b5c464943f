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
3.3515625 29.3440603
5.5234375 46.2585441
7.59570312 88.1741046
EOD
set label 'A' at first 7.59570312, first 88.1741046 left offset char 0.9, 0 textcolor rgb '#010203'
$r0 << EOD
7.59570312 88.1741046 74.0607448 91.3301619
EOD
set label 'A' at first 5.5234375, first 46.2585441 left offset char 0.9, 0 textcolor rgb '#010203'
$r1 << EOD
5.5234375 46.2585441 43.1121183 46.7732132
EOD
set label 'A' at first 11.3046875, first 57.4760426 left offset char 0.9, 0 textcolor rgb '#010203'
$r2 << EOD
11.3046875 57.4760426 57.0401821 62.1655359
EOD
set label 'A' at first 8.99414062, first 71.8297269 left offset char 0.9, 0 textcolor rgb '#010203'
$r3 << EOD
8.99414062 71.8297269 69.1841793 74.3582154
EOD
set label 'A' at first 5.8984375, first 36.3531186 left offset char 0.9, 0 textcolor rgb '#010203'
$r4 << EOD
5.8984375 36.3531186 34.5873871 36.6549891
EOD
set label 'A' at first 3.3515625, first 29.3440603 left offset char 0.9, 0 textcolor rgb '#010203'
$r5 << EOD
3.3515625 29.3440603 28.6275307 30.4256456
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
