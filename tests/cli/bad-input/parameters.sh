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
