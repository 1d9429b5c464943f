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
2.5390625 18.4230489
4.41015625 38.3235748
4.5703125 40.0374436
EOD
set label 'A' at first 4.41015625, first 38.3235748 left offset char 0.9, 0 textcolor rgb '#010203'
$r0 << EOD
4.41015625 38.3235748 31.013569 39.0050783
EOD
set label 'A' at first 5.02539062, first 32.6083207 left offset char 0.9, 0 textcolor rgb '#010203'
$r1 << EOD
5.02539062 32.6083207 30.06436 33.0775275
EOD
set label 'A' at first 4.5703125, first 40.0374436 left offset char 0.9, 0 textcolor rgb '#010203'
$r2 << EOD
4.5703125 40.0374436 39.516614 44.0113069
EOD
set label 'A' at first 9.296875, first 38.1299957 left offset char 0.9, 0 textcolor rgb '#010203'
$r3 << EOD
9.296875 38.1299957 33.9358547 38.9145743
EOD
set label 'A' at first 5.33007812, first 23.2106898 left offset char 0.9, 0 textcolor rgb '#010203'
$r4 << EOD
5.33007812 23.2106898 21.8505755 23.7606272
EOD
set label 'A' at first 2.5390625, first 18.4230489 left offset char 0.9, 0 textcolor rgb '#010203'
$r5 << EOD
2.5390625 18.4230489 16.3623281 18.6226209
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
