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
1.7578125 61.4964016
1.99023438 210.286691
2.06640625 214.642406
EOD
set label 'A' at first 1.99023438, first 210.286691 left offset char 0.9, 0 textcolor rgb '#010203'
$r0 << EOD
1.99023438 210.286691 206.193344 223.271714
EOD
set label 'A' at first 3.97460938, first 95.6173532 left offset char 0.9, 0 textcolor rgb '#010203'
$r1 << EOD
3.97460938 95.6173532 92.9619551 98.9017577
EOD
set label 'A' at first 2.06640625, first 214.642406 left offset char 0.9, 0 textcolor rgb '#010203'
$r2 << EOD
2.06640625 214.642406 202.328306 219.747738
EOD
set label 'A' at first 6.94140625, first 193.225014 left offset char 0.9, 0 textcolor rgb '#010203'
$r3 << EOD
6.94140625 193.225014 144.874822 199.268694
EOD
set label 'A' at first 3.46484375, first 58.0914615 left offset char 0.9, 0 textcolor rgb '#010203'
$r4 << EOD
3.46484375 58.0914615 51.1785326 59.7376343
EOD
set label 'A' at first 1.7578125, first 61.4964016 left offset char 0.9, 0 textcolor rgb '#010203'
$r5 << EOD
1.7578125 61.4964016 51.1250755 63.2011205
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
