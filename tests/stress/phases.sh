# Phase changes without growth of memory, over 7 days of 24 phases; `ninja phase-stress` runs 84 of them.
"$ROOT/build/stress/phases"
