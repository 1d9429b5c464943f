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
set xtics (1, 2)
set xrange [0.769231:2.6]
set yrange [0:24.8468]
set xlabel 'threads'
$c0 << EOD
0.964 10.5975 9.07636 13.0056
1.928 17.9621 16.2241 19.424
EOD
$linear << EOD
1 10.5975
2 21.1949
EOD
$c1 << EOD
0.976 2.52796 2.2869 2.54022
1.952 4.20815 4.07075 4.26471
EOD
$c2 << EOD
0.988 7.3513 5.93889 7.56589
1.976 11.6054 11.0904 13.4289
EOD
$c3 << EOD
1 12.7338 12.2178 13.4541
2 17.4319 15.8618 22.588
EOD
$c4 << EOD
1.012 5.59825 5.482 6.30721
2.024 7.83888 7.49116 8.81116
EOD
$c5 << EOD
1.024 4.54779 4.38078 4.74817
2.048 7.4304 7.07293 7.6894
EOD
$c6 << EOD
1.036 11.5916 10.3126 12.1699
2.072 18.3084 16.43 20.5013
EOD
plot $linear using 1:2 with lines dt 2 lc rgb '#767675' title 'perfect', \
  $c0 using 1:2:3:4 with yerrorlines lc rgb '#d55e00' lw 1.8 dt 1 pt 7 ps 0.8 title 'hakmem (A)', \
  $c1 using 1:2:3:4 with yerrorlines lc rgb '#0072b2' lw 1.8 dt 1 pt 5 ps 0.8 title 'jemalloc (A)', \
  $c2 using 1:2:3:4 with yerrorlines lc rgb '#00875f' lw 1.8 dt 1 pt 9 ps 0.8 title 'mimalloc (A)', \
  $c3 using 1:2:3:4 with yerrorlines lc rgb '#a87000' lw 1.8 dt 1 pt 11 ps 0.8 title 'tcmalloc (A)', \
  $c4 using 1:2:3:4 with yerrorlines lc rgb '#b0508c' lw 1.8 dt 1 pt 13 ps 0.8 title 'tbb (A)', \
  $c5 using 1:2:3:4 with yerrorlines lc rgb '#444444' lw 1.8 dt 1 pt 4 ps 0.8 title 'glibc (A)', \
  $c6 using 1:2:3:4 with yerrorlines lc rgb '#767676' lw 1.8 dt 2 pt 1 ps 0.8 title 'floor (A)'
