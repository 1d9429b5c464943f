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
13.0351562 13.3004971
22 20.5117535
27.359375 26.3542105
EOD
set label 'A' at first 27.359375, first 26.3542105 left offset char 0.9, 0 textcolor rgb '#010203'
$r0 << EOD
27.359375 26.3542105 24.9357412 29.1591668
EOD
set label 'A' at first 55.4355469, first 13.2635574 left offset char 0.9, 0 textcolor rgb '#010203'
$r1 << EOD
55.4355469 13.2635574 12.799637 13.5322844
EOD
set label 'A' at first 22, first 20.5117535 left offset char 0.9, 0 textcolor rgb '#010203'
$r2 << EOD
22 20.5117535 18.9764187 20.8314618
EOD
set label 'A' at first 28.8007812, first 23.4636554 left offset char 0.9, 0 textcolor rgb '#010203'
$r3 << EOD
28.8007812 23.4636554 19.5754084 24.2878466
EOD
set label 'A' at first 24.0214844, first 14.2802829 left offset char 0.9, 0 textcolor rgb '#010203'
$r4 << EOD
24.0214844 14.2802829 13.5184597 15.2343782
EOD
set label 'A' at first 13.0351562, first 13.3004971 left offset char 0.9, 0 textcolor rgb '#010203'
$r5 << EOD
13.0351562 13.3004971 12.8573534 13.4444914
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
