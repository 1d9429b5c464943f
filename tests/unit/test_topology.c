/*
 * Placement policies on synthetic topologies, on restricted sets and on this machine. Expected
 * orders are written out by hand; PUs are named by OS index, which synthetic topologies number in
 * logical order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <hwloc.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../topology/topology.h"

/* Places as many threads as `expected` has entries and compares them all. */
static void assert_order(const topo_t *topo, topo_policy_t policy, const uint32_t *expected,
                         uint32_t count) {
    char error[256];
    topo_placement_t placement;
    assert_true(topo_place(topo, policy, count, &placement, error, sizeof error));
    for (uint32_t i = 0; i < count; i++)
        if (placement.pu[i] != expected[i])
            fail_msg("%s: thread %u is on PU %u, not on PU %u", topo_policy_name(policy), i,
                     placement.pu[i], expected[i]);
    topo_placement_free(&placement);
}

#define ASSERT_ORDER(topo, policy, ...)                                                            \
    assert_order(topo, policy, (const uint32_t[]){__VA_ARGS__},                                    \
                 sizeof((uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static topo_t *load(const char *source) {
    char error[512] = "";
    topo_t *topo = topo_load(source, error, sizeof error);
    if (topo == NULL)
        fail_msg("%s", error);
    return topo;
}

static void two_core_vm_has_one_order_for_all_policies(void **state) {
    (void)state;
    topo_t *topo = load("pack:1 l3:1 core:2 pu:1");
    assert_int_equal(topo_pu_count(topo), 2);
    ASSERT_ORDER(topo, TOPO_COMPACT, 0, 1);
    ASSERT_ORDER(topo, TOPO_SCATTER, 0, 1);
    ASSERT_ORDER(topo, TOPO_CORE, 0, 1);
    topo_free(topo);
}

static void smt_desktop_fills_siblings_only_when_compact(void **state) {
    (void)state;
    topo_t *topo = load("pack:1 l3:1 core:4 pu:2");
    ASSERT_ORDER(topo, TOPO_COMPACT, 0, 1, 2, 3, 4, 5, 6, 7);
    ASSERT_ORDER(topo, TOPO_CORE, 0, 2, 4, 6, 1, 3, 5, 7);
    ASSERT_ORDER(topo, TOPO_SCATTER, 0, 2, 4, 6, 1, 3, 5, 7);
    topo_free(topo);
}

static void two_sockets_with_numa_scatter_over_packages_then_nodes(void **state) {
    (void)state;
    /* Package 0 holds PUs 0-7 (nodes 0-3 and 4-7), package 1 holds PUs 8-15. */
    topo_t *topo = load("pack:2 numa:2 l3:1 core:2 pu:2");
    assert_int_equal(topo_pu_count(topo), 16);
    ASSERT_ORDER(topo, TOPO_COMPACT, 0, 1, 2, 3, 4, 5, 6, 7, 8);
    ASSERT_ORDER(topo, TOPO_CORE, 0, 2, 4, 6, 8, 10, 12, 14, 1, 3);
    ASSERT_ORDER(topo, TOPO_SCATTER, 0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15);
    topo_free(topo);
}

static void several_l3_per_package_scatter_over_caches(void **state) {
    (void)state;
    topo_t *topo = load("pack:1 l3:3 core:2 pu:1");
    ASSERT_ORDER(topo, TOPO_SCATTER, 0, 2, 4, 1, 3, 5);
    topo_free(topo);
}

static void machine_without_cache_levels_is_placed(void **state) {
    (void)state;
    topo_t *topo = load("pu:3");
    ASSERT_ORDER(topo, TOPO_COMPACT, 0, 1, 2);
    ASSERT_ORDER(topo, TOPO_SCATTER, 0, 1, 2);
    ASSERT_ORDER(topo, TOPO_CORE, 0, 1, 2);
    char text[200];
    topo_summary(topo, text, sizeof text);
    assert_string_equal(text, "3 PUs, 1 NUMA node, no L3");
    topo_free(topo);
}

static void more_threads_than_pus_wrap_and_are_marked(void **state) {
    (void)state;
    topo_t *topo = load("pack:1 core:2 pu:1");
    ASSERT_ORDER(topo, TOPO_COMPACT, 0, 1, 0, 1, 0);
    char error[256];
    topo_placement_t placement;
    assert_true(topo_place(topo, TOPO_CORE, 2, &placement, error, sizeof error));
    assert_false(placement.oversubscribed);
    topo_placement_free(&placement);
    assert_true(topo_place(topo, TOPO_CORE, 3, &placement, error, sizeof error));
    assert_true(placement.oversubscribed);
    topo_placement_free(&placement);
    topo_free(topo);
}

/* Writes an XML file of "pack:2 core:2 pu:2" in which only the PUs of `allowed` may be used. */
static void write_restricted(const char *path, const char *allowed) {
    hwloc_topology_t hwloc;
    hwloc_topology_init(&hwloc);
    hwloc_topology_set_flags(hwloc, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED);
    assert_int_equal(hwloc_topology_set_synthetic(hwloc, "pack:2 core:2 pu:2"), 0);
    assert_int_equal(hwloc_topology_load(hwloc), 0);
    hwloc_bitmap_t set = hwloc_bitmap_alloc();
    hwloc_bitmap_list_sscanf(set, allowed);
    assert_int_equal(hwloc_topology_allow(hwloc, set, NULL, HWLOC_ALLOW_FLAG_CUSTOM), 0);
    assert_int_equal(hwloc_topology_export_xml(hwloc, path, 0), 0);
    hwloc_bitmap_free(set);
    hwloc_topology_destroy(hwloc);
}

static void restricted_set_uses_allowed_pus_alone(void **state) {
    (void)state;
    char path[] = "/tmp/test_topology_XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    write_restricted(path, "1-3,6"); /* core 0 has its second PU, core 1 both, core 3 its first */
    topo_t *topo = load(path);
    assert_int_equal(topo_pu_count(topo), 4);
    ASSERT_ORDER(topo, TOPO_COMPACT, 1, 2, 3, 6, 1);
    ASSERT_ORDER(topo, TOPO_CORE, 1, 2, 6, 3);
    ASSERT_ORDER(topo, TOPO_SCATTER, 1, 6, 2, 3);
    topo_free(topo);
    unlink(path);
}

static void affinity_mask_of_the_process_is_respected(void **state) {
    (void)state;
    cpu_set_t before, one;
    assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
    int last = -1;
    for (int i = 0; i < CPU_SETSIZE; i++)
        if (CPU_ISSET(i, &before))
            last = i;
    CPU_ZERO(&one);
    CPU_SET(last, &one);
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    topo_t *topo = load(NULL);
    assert_int_equal(topo_pu_count(topo), 1);
    ASSERT_ORDER(topo, TOPO_SCATTER, (uint32_t)last, (uint32_t)last);
    topo_free(topo);
    sched_setaffinity(0, sizeof before, &before);
}

static void summary_counts_what_the_topology_has(void **state) {
    (void)state;
    topo_t *topo = load("pack:2 numa:2 l3:1(size=33554432) core:2 pu:2");
    char text[200];
    topo_summary(topo, text, sizeof text);
    assert_string_equal(text, "2 packages, 8 cores, 16 PUs, 4 NUMA nodes, L3 4 x 32 MiB");
    topo_free(topo);
}

static void xml_of_a_topology_loads_again(void **state) {
    (void)state;
    topo_t *topo = load("pack:2 core:3 pu:1");
    char *xml = topo_xml(topo);
    assert_non_null(xml);
    char path[] = "/tmp/test_topology_XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, xml, strlen(xml)), (int)strlen(xml));
    close(fd);
    topo_t *again = load(path);
    assert_int_equal(topo_pu_count(again), 6);
    ASSERT_ORDER(again, TOPO_SCATTER, 0, 3, 1, 4, 2, 5);
    topo_free(again);
    topo_free(topo);
    free(xml);
    unlink(path);
}

static void nonsense_is_refused_with_a_reason(void **state) {
    (void)state;
    char error[512] = "";
    assert_null(topo_load("no such thing", error, sizeof error));
    assert_non_null(strstr(error, "no such thing"));
    topo_policy_t policy;
    assert_false(topo_policy_parse("compat", &policy));
    assert_true(topo_policy_parse("scatter", &policy));
    assert_int_equal(policy, TOPO_SCATTER);
    assert_null(topo_policy_name(TOPO_POLICY_COUNT));
}

static topo_policy_t named(const char *name) {
    topo_policy_t policy = TOPO_POLICY_COUNT;
    if (!topo_policy_parse(name, &policy))
        fail_msg("no placement: %s", name);
    assert_string_equal(topo_policy_name(policy), name);
    return policy;
}

static void placements_with_parameters_keep_their_names(void **state) {
    (void)state;
    topo_policy_t list = named("pus:5,0-2"), bound = named("scatter@node:1");
    assert_true(list >= TOPO_POLICY_COUNT && bound >= TOPO_POLICY_COUNT && list != bound);
    assert_int_equal(named("pus:5,0-2"), list);
    assert_int_equal(named("scatter"), TOPO_SCATTER);
    assert_true(topo_policy_bind_memory(&list, "interleave"));
    assert_string_equal(topo_policy_name(list), "pus:5,0-2@interleave");
    assert_false(topo_policy_bind_memory(&list, "local"));
    assert_true(topo_policy_is_distance(named("distance:l3@local")));
    assert_false(topo_policy_is_distance(named("pus:5,0-2")));
}

static void names_that_are_no_placement_are_refused(void **state) {
    (void)state;
    const char *const wrong[] = {
        "pus:",           "pus:1,",          "pus:1,1",   "pus:3-1",     "pus:a",
        "pus:8192",       "pus:-1",          "compact@",  "compact@nod", "@local",
        "compact@node:",  "compact@node:1x", "kind:slow", "distance:l4", "pus:1@local@local",
        "compact@locally"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        topo_policy_t policy;
        if (topo_policy_parse(wrong[i], &policy))
            fail_msg("accepted: %s", wrong[i]);
    }
}

static void assert_bind(const topo_t *topo, const char *name, uint32_t threads, const char *bind) {
    char error[256];
    topo_placement_t placement;
    assert_true(topo_place(topo, named(name), threads, &placement, error, sizeof error));
    char *text = topo_bind_text(&placement);
    assert_string_equal(text, bind);
    free(text);
    topo_placement_free(&placement);
}

static void worker_gets_pus_and_nodes_of_one_period(void **state) {
    (void)state;
    topo_t *topo = load("pack:2 [numa] core:2 pu:2");
    assert_bind(topo, "compact", 3, "0,1,2");
    assert_bind(topo, "pus:6,1", 5, "6,1");
    assert_bind(topo, "numa@interleave", 3, "0,4,2@interleave:0+1");
    assert_bind(topo, "core@node:1", 1, "0@bind:1");
    assert_bind(topo, "smt@local", 12, "0,1,4,5,2,3,6,7@local");
    topo_free(topo);
}

static void assert_impossible(const topo_t *topo, const char *name, uint32_t threads,
                              const char *reason) {
    char error[256] = "";
    topo_placement_t placement;
    assert_false(topo_place(topo, named(name), threads, &placement, error, sizeof error));
    if (strstr(error, reason) == NULL)
        fail_msg("'%s' does not say '%s'", error, reason);
}

static void what_a_machine_cannot_do_is_refused_with_a_reason(void **state) {
    (void)state;
    topo_t *topo = load("pack:1 l3:1 core:2 pu:1");
    assert_impossible(topo, "pus:0,2", 2, "PU 2 does not exist");
    assert_impossible(topo, "compact@node:1", 1, "NUMA node 1 does not exist");
    assert_impossible(topo, "kind:performance", 1, "one kind");
    assert_impossible(topo, "distance:core", 2, "no core has two PUs");
    assert_impossible(topo, "distance:other", 2, "one NUMA node");
    assert_impossible(topo, "distance:l3", 1, "without a partner");
    assert_impossible(topo, "compact", 0, "nothing to place");
    topo_free(topo);
}

/* Partners as far apart as asked for and no nearer, by the numbers of the synthetic machine: PU p
 * is in core p/2, L2 p/4, L3 p/8, node p/16. */
static void partners_are_at_their_distance(void **state) {
    (void)state;
    static const uint32_t shared[] = {2, 4, 8, 16}; /* PUs below what core, l2, l3, node share */
    static const char *const names[] = {"distance:core", "distance:l2", "distance:l3",
                                        "distance:node", "distance:other"};
    topo_t *topo = load("pack:2 [numa] l3:2 l2:2 core:2 pu:2");
    for (size_t i = 0; i < 5; i++) {
        char error[256];
        topo_placement_t placement;
        bool seen[32] = {false};
        assert_true(topo_place(topo, named(names[i]), 32, &placement, error, sizeof error));
        assert_false(placement.oversubscribed); /* all PUs have found a partner */
        for (uint32_t thread = 0; thread < 32; thread += 2) {
            uint32_t one = placement.pu[thread], two = placement.pu[thread + 1];
            assert_true(!seen[one] && !seen[two] && one != two);
            seen[one] = seen[two] = true;
            if (i < 4)
                assert_int_equal(one / shared[i], two / shared[i]);
            if (i > 0)
                assert_int_not_equal(one / shared[i - 1], two / shared[i - 1]);
        }
        topo_placement_free(&placement);
    }
    topo_free(topo);
}

static void pairs_of_three_caches_leave_nobody_over(void **state) {
    (void)state;
    topo_t *topo = load("pack:1 l3:1 l2:3 core:2 pu:1");
    char error[256];
    topo_placement_t placement;
    assert_true(topo_place(topo, TOPO_DISTANCE_L3, 6, &placement, error, sizeof error));
    assert_int_equal(placement.period, 6);
    topo_placement_free(&placement);
    topo_free(topo);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_core_vm_has_one_order_for_all_policies),
        cmocka_unit_test(smt_desktop_fills_siblings_only_when_compact),
        cmocka_unit_test(two_sockets_with_numa_scatter_over_packages_then_nodes),
        cmocka_unit_test(several_l3_per_package_scatter_over_caches),
        cmocka_unit_test(machine_without_cache_levels_is_placed),
        cmocka_unit_test(more_threads_than_pus_wrap_and_are_marked),
        cmocka_unit_test(restricted_set_uses_allowed_pus_alone),
        cmocka_unit_test(affinity_mask_of_the_process_is_respected),
        cmocka_unit_test(summary_counts_what_the_topology_has),
        cmocka_unit_test(xml_of_a_topology_loads_again),
        cmocka_unit_test(nonsense_is_refused_with_a_reason),
        cmocka_unit_test(placements_with_parameters_keep_their_names),
        cmocka_unit_test(names_that_are_no_placement_are_refused),
        cmocka_unit_test(worker_gets_pus_and_nodes_of_one_period),
        cmocka_unit_test(what_a_machine_cannot_do_is_refused_with_a_reason),
        cmocka_unit_test(partners_are_at_their_distance),
        cmocka_unit_test(pairs_of_three_caches_leave_nobody_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
