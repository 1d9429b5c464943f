# To draw it: gnuplot -e "set terminal svg size 800,1042 noenhanced" THIS > picture.svg
set encoding utf8
set border 3 lc rgb '#010203'
set tics nomirror textcolor rgb '#010203'
set xlabel textcolor rgb '#010203'
set ylabel textcolor rgb '#010203'
set key textcolor rgb '#010203'
set grid xtics lt 1 lc rgb '#c9c9c8' lw 0.5
set errorbars small
set ytics ('1 thread' 0, 'hakmem (B)' -1, 'hakmem (C)' -2, 'jemalloc (B)' -3, 'jemalloc (C)' -4, 'mimalloc (B)' -5, 'mimalloc (C)' -6, 'tcmalloc (B)' -7, 'tcmalloc (C)' -8, 'tbb (B)' -9, 'tbb (C)' -10, 'glibc (B)' -11, 'glibc (C)' -12, 'floor (B)' -13, 'floor (C)' -14, '2 threads' -15, 'hakmem (B)' -16, 'hakmem (C)' -17, 'jemalloc (B)' -18, 'jemalloc (C)' -19, 'mimalloc (B)' -20, 'mimalloc (C)' -21, 'tcmalloc (B)' -22, 'tcmalloc (C)' -23, 'tbb (B)' -24, 'tbb (C)' -25, 'glibc (B)' -26, 'glibc (C)' -27, 'floor (B)' -28, 'floor (C)' -29, '4 threads, over' -30, 'hakmem (C)' -31, 'jemalloc (C)' -32, 'mimalloc (C)' -33, 'tcmalloc (C)' -34, 'tbb (C)' -35, 'glibc (C)' -36, 'floor (C)' -37)
set yrange [-37.6:0.6]
set xrange [0:305.48688]
set xlabel 'M ops/s (more is better)'
set arrow from first 84.7329843, first -0.6 to first 84.7329843, first -14.4 nohead dt 2 lc rgb '#767675' back
set arrow from first 84.2011216, first -0.6 to first 84.2011216, first -14.4 nohead dt 2 lc rgb '#767675' back
set arrow from first 143.187561, first -15.6 to first 143.187561, first -29.4 nohead dt 2 lc rgb '#767675' back
set arrow from first 158.431256, first -15.6 to first 158.431256, first -29.4 nohead dt 2 lc rgb '#767675' back
set arrow from first 152.539666, first -30.6 to first 152.539666, first -37.4 nohead dt 2 lc rgb '#767675' back
$s0 << EOD
131.524103 -1 109.500339 148.071836
133.260915 -2 98.7374045 146.718724
254.516955 -16 204.870256 290.939886
250.048254 -17 221.446657 270.137283
229.878521 -31 210.59952 238.071668
EOD
$s1 << EOD
84.9754054 -3 54.9498609 87.3639995
88.2264533 -4 84.681106 90.0765481
139.043563 -18 128.685673 155.132987
154.636971 -19 150.944731 159.550001
150.367546 -32 141.265715 180.593638
EOD
$s2 << EOD
124.727608 -5 100.619336 131.119002
126.537602 -6 113.648975 133.512924
222.727623 -20 165.372281 229.595615
218.011784 -21 211.392544 223.920343
235.419472 -33 191.524029 245.931274
EOD
$s3 << EOD
136.315455 -7 121.822966 141.666349
139.059927 -8 134.339842 142.817475
242.176285 -22 198.870833 252.839301
231.831458 -23 216.11907 256.880005
231.652977 -34 210.147329 250.592274
EOD
$s4 << EOD
38.7281027 -9 37.7125863 39.9058046
39.1704427 -10 36.7065989 40.1760309
68.2453984 -24 63.4375252 69.3823972
71.5814163 -25 70.4353816 73.6249633
71.592046 -35 69.496854 77.4305438
EOD
$s5 << EOD
56.7516813 -11 55.6056066 59.5620691
53.4890414 -12 51.5850488 56.7369741
95.2258237 -26 89.189647 101.834021
105.114251 -27 93.7034901 112.617168
108.605964 -36 93.2967223 118.157716
EOD
$s6 << EOD
84.7329843 -13 78.1414803 85.8858364
84.2011216 -14 79.2564042 85.2857117
143.187561 -28 128.218238 153.681796
158.431256 -29 142.741698 165.818704
152.539666 -37 146.996828 165.395383
EOD
unset key
plot $s0 using 1:2:3:4 with xerrorbars lc rgb '#d55e00' lw 1.6 pt 7 ps 0.9, \
  $s1 using 1:2:3:4 with xerrorbars lc rgb '#0072b2' lw 1.6 pt 5 ps 0.9, \
  $s2 using 1:2:3:4 with xerrorbars lc rgb '#00875f' lw 1.6 pt 9 ps 0.9, \
  $s3 using 1:2:3:4 with xerrorbars lc rgb '#a87000' lw 1.6 pt 11 ps 0.9, \
  $s4 using 1:2:3:4 with xerrorbars lc rgb '#b0508c' lw 1.6 pt 13 ps 0.9, \
  $s5 using 1:2:3:4 with xerrorbars lc rgb '#444444' lw 1.6 pt 4 ps 0.9, \
  $s6 using 1:2:3:4 with xerrorbars lc rgb '#767676' lw 1.6 pt 1 ps 0.9
