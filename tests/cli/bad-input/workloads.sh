# Workloads and commands that do not exist: the nearest name is suggested.
refused mixd
refused mixed,larsn
refused lst
refused qqqqqqqq
refused mixed,
refused mixed larson
refused
refused list workload
