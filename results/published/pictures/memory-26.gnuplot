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
2.40039062 3.61296341
2.52734375 4.44196358
2.96679688 38.3574632
EOD
set label 'B' at first 2.96679688, first 38.3574632 left offset char 0.9, 0 textcolor rgb '#010203'
$r0 << EOD
2.96679688 38.3574632 17.2830419 86.1022113
EOD
set label 'C' at first 2.9921875, first 33.089708 left offset char 0.9, 0 textcolor rgb '#010203'
$r1 << EOD
2.9921875 33.089708 25.0212956 67.3856641
EOD
set label 'B' at first 4.91210938, first 13.2716951 left offset char 0.9, 0 textcolor rgb '#010203'
$r2 << EOD
4.91210938 13.2716951 8.48333282 21.7303924
EOD
set label 'C' at first 4.92382812, first 11.5875028 left offset char 0.9, 0 textcolor rgb '#010203'
$r3 << EOD
4.92382812 11.5875028 9.74844024 19.7540242
EOD
set label 'B' at first 3.0078125, first 16.4526873 left offset char 0.9, 0 textcolor rgb '#010203'
$r4 << EOD
3.0078125 16.4526873 5.6806344 27.0442991
EOD
set label 'C' at first 3.06445312, first 8.57972587 left offset char 0.9, 0 textcolor rgb '#010203'
$r5 << EOD
3.06445312 8.57972587 8.34218777 25.1561689
EOD
set label 'B' at first 7.8359375, first 10.8732514 left offset char 0.9, 0 textcolor rgb '#010203'
$r6 << EOD
7.8359375 10.8732514 6.67477149 16.7349254
EOD
set label 'C' at first 7.81835938, first 8.52729086 left offset char 0.9, 0 textcolor rgb '#010203'
$r7 << EOD
7.81835938 8.52729086 7.55594522 24.7213752
EOD
set label 'B' at first 4.26757812, first 11.8580958 left offset char 0.9, 0 textcolor rgb '#010203'
$r8 << EOD
4.26757812 11.8580958 4.58790552 19.6280487
EOD
set label 'C' at first 4.296875, first 6.28564642 left offset char 0.9, 0 textcolor rgb '#010203'
$r9 << EOD
4.296875 6.28564642 5.91287394 17.0597136
EOD
set label 'B' at first 2.40039062, first 3.61296341 left offset char 0.9, 0 textcolor rgb '#010203'
$r10 << EOD
2.40039062 3.61296341 2.13147269 5.51290722
EOD
set label 'C' at first 2.52734375, first 4.44196358 left offset char 0.9, 0 textcolor rgb '#010203'
$r11 << EOD
2.52734375 4.44196358 2.81163259 6.69058998
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
