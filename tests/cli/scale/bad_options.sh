# Command lines that scale refuses.
refused scale
refused scale mixde
refused scale mixed --latency
refused scale mixed --counters
refused scale mixed --distance l3
refused scale remote -s pattern=all --distance l3
refused scale remote -p compact --distance l3
refused scale remote --distance near
refused scale mixed --membind everywhere
refused scale mixed -p compact@local --membind interleave
refused scale mixed -p pus:8191
refused scale mixed larson
