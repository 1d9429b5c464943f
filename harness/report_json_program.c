/*
 * JSON of real programs and of counters: the parts of a run that cmp_report_json takes from here.
 * Main thread of compare.
 */
#include "report_json.h"

json_t *cmp_json_count(const cmp_count_t *count) {
    if (count->ops == 0)
        return json_null();
    json_t *object = json_object();
    set(object, "ops", json_count(count->ops));
    for (int i = 0; i < CMP_COUNTER_COUNT; i++)
        set(object, cmp_counter_name((cmp_counter_t)i), json_number(count->events[i]));
    return object;
}

json_t *cmp_json_counters_per_op(const cmp_report_t *report, const cmp_cell_figures_t *figures) {
    if (!report->run->counters_source)
        return json_null();
    json_t *object = json_object();
    for (int i = 0; i < CMP_COUNTER_COUNT; i++)
        set(object, cmp_counter_name((cmp_counter_t)i), json_number(figures->per_op[i]));
    set(object, "page_faults", json_number(figures->page_faults_per_op));
    return object;
}

json_t *cmp_json_simulated(const cmp_cell_t *cell) {
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof cell->simulated / sizeof cell->simulated[0]; i++)
        if (cell->simulated[i].ops > 0)
            json_array_append_new(list, cmp_json_count(&cell->simulated[i]));
    return list;
}

json_t *cmp_json_seconds(const cmp_cell_t *cell, const cmp_interval_t *interval) {
    if (!cmp_cell_is_program(cell) || !isfinite(interval->estimate))
        return json_null();
    json_t *object = json_object();
    set(object, "median", json_number(interval->estimate));
    set(object, "low", json_number(interval->low));
    set(object, "high", json_number(interval->high));
    set(object, "confidence", json_number(interval->confidence));
    return object;
}

json_t *cmp_json_program(const cmp_program_t *program) {
    if (!program)
        return json_null();
    json_t *object = json_object(), *arguments = json_array();
    for (char **word = program->arguments; *word; word++)
        json_array_append_new(arguments, json_text(*word));
    set(object, "arguments", arguments);
    set(object, "file", json_text(program->file));
    set(object, "input", json_text(program->input));
    set(object, "setup", json_text(program->setup));
    set(object, "expected_status", json_integer(program->expected_status));
    set(object, "ignore_output", json_boolean(program->ignore_output));
    return object;
}
