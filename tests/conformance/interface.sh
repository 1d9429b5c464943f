# The standard interface: limits, errors, alignment, contents after realloc.
same "$PROGRAMS/interface"
