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
4.78515625 51.9157769
9.6015625 53.5828325
EOD
set label 'A' at first 4.78515625, first 51.9157769 left offset char 0.9, 0 textcolor rgb '#010203'
$r0 << EOD
4.78515625 51.9157769 39.9298227 54.6185247
EOD
set label 'A' at first 6.28710938, first 31.4403391 left offset char 0.9, 0 textcolor rgb '#010203'
$r1 << EOD
6.28710938 31.4403391 24.4589412 32.8501277
EOD
set label 'A' at first 9.6015625, first 53.5828325 left offset char 0.9, 0 textcolor rgb '#010203'
$r3 << EOD
9.6015625 53.5828325 46.4288965 57.0042491
EOD
set label 'A' at first 8.125, first 17.4897794 left offset char 0.9, 0 textcolor rgb '#010203'
$r4 << EOD
8.125 17.4897794 15.2976317 18.1207704
EOD
set label 'A' at first 4.80859375, first 6.18929264 left offset char 0.9, 0 textcolor rgb '#010203'
$r5 << EOD
4.80859375 6.18929264 5.52225341 6.50554056
EOD
set grid xtics ytics lt 1 lc rgb '#c9c9c8' lw 0.5
set xlabel 'peak RSS, MiB (less is better)'
set ylabel 'M ops/s (more is better)'
set key outside right top
set offsets graph 0.08, graph 0.08, graph 0.08, graph 0.08
plot $front using 1:2 with steps lc rgb '#767675' dt 2 title 'front', \
  $r0 using 1:2:3:4 with yerrorbars lc rgb '#d55e00' lw 1.6 pt 7 ps 1.1 title 'hakmem (A)', \
  $r1 using 1:2:3:4 with yerrorbars lc rgb '#0072b2' lw 1.6 pt 5 ps 1.1 title 'jemalloc (A)', \
  NaN with points pt 2 lc rgb '#010203' title 'mimalloc (A): n/a', \
  $r3 using 1:2:3:4 with yerrorbars lc rgb '#a87000' lw 1.6 pt 11 ps 1.1 title 'tcmalloc (A)', \
  $r4 using 1:2:3:4 with yerrorbars lc rgb '#b0508c' lw 1.6 pt 13 ps 1.1 title 'tbb (A)', \
  $r5 using 1:2:3:4 with yerrorbars lc rgb '#444444' lw 1.6 pt 4 ps 1.1 title 'glibc (A)'
