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
163.017578 0.000619401906
172.048828 0.0541018621
EOD
set label 'A' at first 172.048828, first 0.0541018621 left offset char 0.9, 0 textcolor rgb '#010203'
$r0 << EOD
172.048828 0.0541018621 0.0527602254 0.0663852843
EOD
set label 'A' at first 163.017578, first 0.000619401906 left offset char 0.9, 0 textcolor rgb '#010203'
$r1 << EOD
163.017578 0.000619401906 0.000605785312 0.000638922681
EOD
set label 'A' at first 192.765625, first 0.0509693589 left offset char 0.9, 0 textcolor rgb '#010203'
$r2 << EOD
192.765625 0.0509693589 0.0457977403 0.0628711658
EOD
set label 'A' at first 185.294922, first 0.0475162671 left offset char 0.9, 0 textcolor rgb '#010203'
$r3 << EOD
185.294922 0.0475162671 0.0422363503 0.0509247627
EOD
set label 'A' at first 203.236328, first 0.000637527805 left offset char 0.9, 0 textcolor rgb '#010203'
$r4 << EOD
203.236328 0.000637527805 0.000624489992 0.000682625948
EOD
set label 'A' at first 181.703125, first 0.0106127074 left offset char 0.9, 0 textcolor rgb '#010203'
$r5 << EOD
181.703125 0.0106127074 0.00782544111 0.0132122959
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
