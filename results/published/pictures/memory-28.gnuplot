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
4.86914062 105.114251
6.375 250.048254
6.59570312 254.516955
EOD
set label 'B' at first 6.59570312, first 254.516955 left offset char 0.9, 0 textcolor rgb '#010203'
$r0 << EOD
6.59570312 254.516955 204.870256 290.939886
EOD
set label 'C' at first 6.375, first 250.048254 left offset char 0.9, 0 textcolor rgb '#010203'
$r1 << EOD
6.375 250.048254 221.446657 270.137283
EOD
set label 'B' at first 7.73632812, first 139.043563 left offset char 0.9, 0 textcolor rgb '#010203'
$r2 << EOD
7.73632812 139.043563 128.685673 155.132987
EOD
set label 'C' at first 7.72070312, first 154.636971 left offset char 0.9, 0 textcolor rgb '#010203'
$r3 << EOD
7.72070312 154.636971 150.944731 159.550001
EOD
set label 'B' at first 6.89257812, first 222.727623 left offset char 0.9, 0 textcolor rgb '#010203'
$r4 << EOD
6.89257812 222.727623 165.372281 229.595615
EOD
set label 'C' at first 7.30078125, first 218.011784 left offset char 0.9, 0 textcolor rgb '#010203'
$r5 << EOD
7.30078125 218.011784 211.392544 223.920343
EOD
set label 'B' at first 9.88476562, first 242.176285 left offset char 0.9, 0 textcolor rgb '#010203'
$r6 << EOD
9.88476562 242.176285 198.870833 252.839301
EOD
set label 'C' at first 9.94921875, first 231.831458 left offset char 0.9, 0 textcolor rgb '#010203'
$r7 << EOD
9.94921875 231.831458 216.11907 256.880005
EOD
set label 'B' at first 7.66601562, first 68.2453984 left offset char 0.9, 0 textcolor rgb '#010203'
$r8 << EOD
7.66601562 68.2453984 63.4375252 69.3823972
EOD
set label 'C' at first 7.45898438, first 71.5814163 left offset char 0.9, 0 textcolor rgb '#010203'
$r9 << EOD
7.45898438 71.5814163 70.4353816 73.6249633
EOD
set label 'B' at first 4.89648438, first 95.2258237 left offset char 0.9, 0 textcolor rgb '#010203'
$r10 << EOD
4.89648438 95.2258237 89.189647 101.834021
EOD
set label 'C' at first 4.86914062, first 105.114251 left offset char 0.9, 0 textcolor rgb '#010203'
$r11 << EOD
4.86914062 105.114251 93.7034901 112.617168
EOD
set grid xtics ytics lt 1 lc rgb '#c9c9c8' lw 0.5
set xlabel 'peak RSS, MiB (less is better)'
set ylabel 'M ops/s (more is better)'
set key outside right top
set offsets graph 0.08, graph 0.08, graph 0.08, graph 0.08
plot $front using 1:2 with steps lc rgb '#767675' dt 2 title 'front', \
  $r0 using 1:2:3:4 with yerrorbars lc rgb '#d55e00' lw 1.6 pt 7 ps 1.1 title 'hakmem (B)', \
  $r1 using 1:2:3:4 with yerrorbars lc rgb '#d55e00' lw 1.6 pt 7 ps 1.1 title 'hakmem (C)', \
  $r2 using 1:2:3:4 with yerrorbars lc rgb '#0072b2' lw 1.6 pt 5 ps 1.1 title 'jemalloc (B)', \
  $r3 using 1:2:3:4 with yerrorbars lc rgb '#0072b2' lw 1.6 pt 5 ps 1.1 title 'jemalloc (C)', \
  $r4 using 1:2:3:4 with yerrorbars lc rgb '#00875f' lw 1.6 pt 9 ps 1.1 title 'mimalloc (B)', \
  $r5 using 1:2:3:4 with yerrorbars lc rgb '#00875f' lw 1.6 pt 9 ps 1.1 title 'mimalloc (C)', \
  $r6 using 1:2:3:4 with yerrorbars lc rgb '#a87000' lw 1.6 pt 11 ps 1.1 title 'tcmalloc (B)', \
  $r7 using 1:2:3:4 with yerrorbars lc rgb '#a87000' lw 1.6 pt 11 ps 1.1 title 'tcmalloc (C)', \
  $r8 using 1:2:3:4 with yerrorbars lc rgb '#b0508c' lw 1.6 pt 13 ps 1.1 title 'tbb (B)', \
  $r9 using 1:2:3:4 with yerrorbars lc rgb '#b0508c' lw 1.6 pt 13 ps 1.1 title 'tbb (C)', \
  $r10 using 1:2:3:4 with yerrorbars lc rgb '#444444' lw 1.6 pt 4 ps 1.1 title 'glibc (B)', \
  $r11 using 1:2:3:4 with yerrorbars lc rgb '#444444' lw 1.6 pt 4 ps 1.1 title 'glibc (C)'
