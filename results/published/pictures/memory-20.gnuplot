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
286.804688 0.0875081759
EOD
set label 'A' at first 286.804688, first 0.0875081759 left offset char 0.9, 0 textcolor rgb '#010203'
$r0 << EOD
286.804688 0.0875081759 0.075732472 0.111466459
EOD
set label 'A' at first 290.917969, first 0.00101826251 left offset char 0.9, 0 textcolor rgb '#010203'
$r1 << EOD
290.917969 0.00101826251 0.000959304383 0.00105887827
EOD
set label 'A' at first 348.410156, first 0.0846517869 left offset char 0.9, 0 textcolor rgb '#010203'
$r2 << EOD
348.410156 0.0846517869 0.06945261 0.102050292
EOD
set label 'A' at first 293.441406, first 0.0711263633 left offset char 0.9, 0 textcolor rgb '#010203'
$r3 << EOD
293.441406 0.0711263633 0.0462052905 0.10014679
EOD
set label 'A' at first 363.490234, first 0.00123528305 left offset char 0.9, 0 textcolor rgb '#010203'
$r4 << EOD
363.490234 0.00123528305 0.00111065662 0.00132677823
EOD
set label 'A' at first 321.166016, first 0.0151115216 left offset char 0.9, 0 textcolor rgb '#010203'
$r5 << EOD
321.166016 0.0151115216 0.00723284424 0.0364324575
EOD
set grid xtics ytics lt 1 lc rgb '#c9c9c8' lw 0.5
set xlabel 'peak RSS, MiB (less is better)'
set ylabel 'M ops/s (more is better)'
set key outside right top
set offsets graph 0.08, graph 0.08, graph 0.08, graph 0.08
plot $r0 using 1:2:3:4 with yerrorbars lc rgb '#d55e00' lw 1.6 pt 7 ps 1.1 title 'hakmem (A)', \
  $r1 using 1:2:3:4 with yerrorbars lc rgb '#0072b2' lw 1.6 pt 5 ps 1.1 title 'jemalloc (A)', \
  $r2 using 1:2:3:4 with yerrorbars lc rgb '#00875f' lw 1.6 pt 9 ps 1.1 title 'mimalloc (A)', \
  $r3 using 1:2:3:4 with yerrorbars lc rgb '#a87000' lw 1.6 pt 11 ps 1.1 title 'tcmalloc (A)', \
  $r4 using 1:2:3:4 with yerrorbars lc rgb '#b0508c' lw 1.6 pt 13 ps 1.1 title 'tbb (A)', \
  $r5 using 1:2:3:4 with yerrorbars lc rgb '#444444' lw 1.6 pt 4 ps 1.1 title 'glibc (A)'
