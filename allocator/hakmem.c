/*
 * The whole allocator as one translation unit: calls between its parts are optimised as they would
 * be with link-time optimisation, by any compiler, and a build variant is a single command. Every
 * file below also compiles alone.
 */
#include "allocator/os.c"
#include "allocator/options.c"
#include "allocator/telemetry.c"
#include "allocator/plant.c"
#include "allocator/size_class.c"
#include "allocator/domain.c"
#include "allocator/huge.c"
#include "allocator/superslab.c"
#include "allocator/slab.c"
#include "allocator/tiny.c"
#include "allocator/mid.c"
#include "allocator/pool_v1.c"
#include "allocator/pool_v2.c"
#include "allocator/backend.c"
#include "allocator/lane.c"
#include "allocator/learner.c"
#include "allocator/spill.c"
#include "allocator/remote.c"
#include "allocator/heap.c"
#include "allocator/large.c"
#include "allocator/fork.c"
#include "allocator/stats.c"
#include "allocator/route.c"
#include "allocator/api.c"
