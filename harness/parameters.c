/*
 * Prints the parameters of a workload from its table. Called by the main thread; no locks.
 */
#include "parameters.h"

#include "report_text.h"

static void bounds_text(const wl_parameter_t *parameter, char *text, size_t text_bytes) {
    size_t used = 0;
    text[0] = '\0';
    if (parameter->choices == NULL) {
        snprintf(text, text_bytes, "%llu to %llu", (unsigned long long)parameter->minimum,
                 (unsigned long long)parameter->maximum);
        return;
    }
    for (size_t i = 0; parameter->choices[i] != NULL && used < text_bytes; i++)
        used += (size_t)snprintf(text + used, text_bytes - used, "%s%s", i > 0 ? ", " : "",
                                 parameter->choices[i]);
}

void cmp_parameters_print(const wl_workload_t *workload, FILE *out) {
    cmp_grid_t grid = {.columns = 5};
    wl_values_t defaults;
    wl_defaults(workload, &defaults);
    cmp_grid_row(&grid);
    static const char *const titles[] = {"  parameter", "default", "unit", "allowed", "meaning"};
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++)
        cmp_grid_set(&grid, i, CMP_STYLE_PLAIN, "%s", titles[i]);
    for (size_t i = 0; i < workload->parameter_count; i++) {
        const wl_parameter_t *parameter = &workload->parameters[i];
        char value[64], allowed[128];
        wl_format(workload, &defaults, i, value, sizeof value);
        bounds_text(parameter, allowed, sizeof allowed);
        cmp_grid_row(&grid);
        cmp_grid_set(&grid, 0, CMP_STYLE_PLAIN, "  %s", parameter->name);
        cmp_grid_set(&grid, 1, CMP_STYLE_PLAIN, "%s", value);
        cmp_grid_set(&grid, 2, CMP_STYLE_PLAIN, "%s", parameter->unit);
        cmp_grid_set(&grid, 3, CMP_STYLE_PLAIN, "%s", allowed);
        cmp_grid_set(&grid, 4, CMP_STYLE_PLAIN, "%s", parameter->help);
    }
    cmp_grid_print(&grid, out, false);
}
