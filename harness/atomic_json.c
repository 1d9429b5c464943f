/* The audit of atomics as JSON: see atomic_print.h. Main thread; no locks. */
#include <stdlib.h>
#include <string.h>

#include "atomic_print.h"
#include "report_json.h"

static json_t *json_access(const cmp_atomic_source_t *source, const cmp_access_t *access) {
    json_t *object = json_object(), *partners = json_array();
    set(object, "file", json_text(source->files[access->file].name));
    set(object, "line", json_count(access->line));
    set(object, "function", json_text(access->function));
    set(object, "object", json_text(access->object_name));
    set(object, "operation", json_text(access->operation));
    set(object, "order", json_text(access->order));
    set(object, "kind", json_text(cmp_access_kind_name(access->kind)));
    set(object, "box", json_text(access->box));
    for (size_t i = 0; i < access->partner_count; i++) {
        const cmp_access_t *partner = &source->accesses[access->partners[i]];
        char *text = cmp_text("%s:%u", source->files[partner->file].name, partner->line);
        json_array_append_new(partners, json_text(text));
        free(text);
    }
    if (access->sides != 0 && access->partner_words != NULL)
        json_array_append_new(partners, json_text(access->partner_words));
    set(object, "partners", partners);
    set(object, "reason", json_text(access->reason));
    return object;
}

static json_t *json_build(const cmp_atomic_view_t *view, const cmp_locked_build_t *build) {
    json_t *object = json_object(), *functions = json_array(), *boxes = json_array();
    set(object, "name", json_text(build->build->name));
    for (size_t i = 0; i < build->function_count; i++) {
        const cmp_locked_function_t *function = &build->functions[i];
        if (!cmp_atomic_function_shown(view, function->name))
            continue;
        json_t *entry = json_object();
        set(entry, "name", json_text(function->name));
        set(entry, "locked", json_count(function->locked));
        set(entry, "fences", json_count(function->fences));
        set(entry, "telemetry", json_count(function->telemetry));
        json_array_append_new(functions, entry);
    }
    char *copy = cmp_text("%s", build->boxes), *rest = copy, *box;
    while ((box = strsep(&rest, " ")) != NULL)
        if (*box != '\0')
            json_array_append_new(boxes, json_text(box));
    free(copy);
    set(object, "functions", functions);
    set(object, "locked", json_count(build->locked));
    set(object, "fences", json_count(build->fences));
    set(object, "correctness", json_count(build->correctness));
    set(object, "telemetry", json_count(build->telemetry));
    set(object, "merged", json_count(build->merged));
    set(object, "unexplained", json_count(build->unexplained));
    set(object, "boxes", boxes);
    set(object, "telemetry_symbols", json_count(build->telemetry_symbols));
    return object;
}

static json_t *json_finding(const cmp_finding_t *finding) {
    json_t *object = json_object();
    set(object, "kind", json_text(finding->kind));
    set(object, "file", json_text(finding->file));
    set(object, "line", finding->line > 0 ? json_count(finding->line) : json_null());
    set(object, "text", json_text(finding->text));
    return object;
}

json_t *cmp_atomic_json(const cmp_atomic_view_t *view) {
    const cmp_atomic_source_t *source = view->source;
    json_t *root = json_object(), *accesses = json_array(), *variants = json_array(),
           *findings = json_array();
    for (size_t i = 0; i < source->count; i++)
        if (cmp_atomic_access_shown(view, &source->accesses[i]))
            json_array_append_new(accesses, json_access(source, &source->accesses[i]));
    for (size_t i = 0; i < view->build_count; i++)
        json_array_append_new(variants, json_build(view, &view->builds[i]));
    for (size_t i = 0; i < source->findings.count; i++)
        if (cmp_atomic_finding_shown(view, &source->findings.items[i]))
            json_array_append_new(findings, json_finding(&source->findings.items[i]));
    for (size_t i = 0; i < view->build_findings.count; i++)
        json_array_append_new(findings, json_finding(&view->build_findings.items[i]));
    set(root, "audit", json_text("atomics"));
    set(root, "accesses", accesses);
    set(root, "variants", variants);
    set(root, "findings", findings);
    return root;
}
