# To draw it: gnuplot -e "set terminal svg size 800,440 noenhanced" THIS > picture.svg
set encoding utf8
set border 3 lc rgb '#010203'
set tics nomirror textcolor rgb '#010203'
set xlabel textcolor rgb '#010203'
set ylabel textcolor rgb '#010203'
set key textcolor rgb '#010203'
set grid xtics lt 1 lc rgb '#c9c9c8' lw 0.5
set errorbars small
set grid xtics ytics lt 1 lc rgb '#c9c9c8' lw 0.5
set ylabel 'M ops/s (more is better)'
set key outside right top
set logscale x 2
set xtics (1, 2, 4)
set xrange [0.869565:4.6]
set yrange [0:130.573]
set object 1 rectangle from first 2.82843, graph 0 to graph 1, graph 1 fillcolor rgb '#e4e4e3' fillstyle solid 1 noborder behind
set xlabel 'threads (shaded: more than PUs)'
$c0 << EOD
0.964 112.633 85.7274 117.224
1.928 33.0897 25.0213 67.3857
3.856 34.1384 31.3672 85.1687
EOD
$linear << EOD
1 112.633
2 225.266
4 225.266
EOD
$c1 << EOD
0.976 85.3265 80.0319 87.2818
1.952 11.5875 9.74844 19.754
3.904 11.7831 10.8717 19.7355
EOD
$c2 << EOD
0.988 107.32 88.3478 109.823
1.976 8.57973 8.34219 25.1562
3.952 9.18312 8.73822 23.0819
EOD
$c3 << EOD
1 112.249 104.748 113.13
2 8.52729 7.55595 24.7214
4 8.71932 8.51013 24.5991
EOD
$c4 << EOD
1.012 43.8198 40.9766 46.1086
2.024 6.28565 5.91287 17.0597
4.048 6.5841 6.50588 17.2061
EOD
$c5 << EOD
1.024 68.0577 61.6921 69.7692
2.048 4.44196 2.81163 6.69059
4.096 7.14659 6.93671 13.3264
EOD
$c6 << EOD
1.036 111.985 104.892 118.703
2.072 29.0535 26.5794 52.7681
4.144 29.3999 25.5157 52.7408
EOD
plot $linear using 1:2 with lines dt 2 lc rgb '#767675' title 'perfect', \
  $c0 using 1:2:3:4 with yerrorlines lc rgb '#d55e00' lw 1.8 dt 1 pt 7 ps 0.8 title 'hakmem (C)', \
  $c1 using 1:2:3:4 with yerrorlines lc rgb '#0072b2' lw 1.8 dt 1 pt 5 ps 0.8 title 'jemalloc (C)', \
  $c2 using 1:2:3:4 with yerrorlines lc rgb '#00875f' lw 1.8 dt 1 pt 9 ps 0.8 title 'mimalloc (C)', \
  $c3 using 1:2:3:4 with yerrorlines lc rgb '#a87000' lw 1.8 dt 1 pt 11 ps 0.8 title 'tcmalloc (C)', \
  $c4 using 1:2:3:4 with yerrorlines lc rgb '#b0508c' lw 1.8 dt 1 pt 13 ps 0.8 title 'tbb (C)', \
  $c5 using 1:2:3:4 with yerrorlines lc rgb '#444444' lw 1.8 dt 1 pt 4 ps 0.8 title 'glibc (C)', \
  $c6 using 1:2:3:4 with yerrorlines lc rgb '#767676' lw 1.8 dt 2 pt 1 ps 0.8 title 'floor (C)'
