# Parameters of workloads: unknown, out of range, without value, contradictory.
refused mixed -s slots=0
refused mixed -s slots=99999999999
refused mixed -s slots=many
refused mixed -s slots=
refused mixed -s slots
refused mixed -s slot=4
refused mixed -s min=900 -s max=100
refused mixed -s touch=all
refused remote -s remote_pct=101
refused larson -s generations=0
refused mixed,larson -s remote_pct=50
refused burst -s order=lif
refused stages -s keep=100
refused grow -s start=2k -s end=1k
refused aligned -s min_align=48
refused aligned -s min_align=64 -s max_align=32
refused large -s touch=page
refused server -s live=0
