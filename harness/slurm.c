/*
 * Writes a sweep as a job array for Slurm; see slurm.h. Called by scale on the main thread. What
 * depends on the machine (allocators that are installed, numbers of threads, default placements) is
 * left to the node that measures: it need not be like the one on which the scripts are written.
 */
#include "slurm.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "output.h"
#include "report_text.h"

/* ------------------------------------------------------------------ shares */

static void share_add(cmp_slurm_t *slurm, const wl_workload_t *workload, const char *places) {
    slurm->shares = realloc(slurm->shares, (slurm->share_count + 1) * sizeof *slurm->shares);
    if (slurm->shares == NULL)
        abort();
    slurm->shares[slurm->share_count++] =
        (cmp_share_t){workload, places != NULL ? cmp_text("%s", places) : NULL};
}

/* All distances as one list, malloc'ed; NULL: there are none. */
static char *distances_list(const cmp_places_t *places) {
    char *list = NULL;
    for (size_t i = 0; i < places->count; i++) {
        if (!topo_policy_is_distance(places->items[i]))
            continue;
        char *more = list == NULL ? cmp_text("%s", topo_policy_name(places->items[i]))
                                  : cmp_text("%s,%s", list, topo_policy_name(places->items[i]));
        free(list);
        list = more;
    }
    return list;
}

cmp_slurm_t cmp_slurm_make(const cmp_session_t *session, const char *membind) {
    cmp_slurm_t slurm = {.session = session, .membind = membind};
    const cmp_places_t *places = &session->options.places;
    char *distances = distances_list(places);
    for (size_t w = 0; w < session->workload_count; w++) {
        for (size_t i = 0; i < places->count; i++)
            if (!topo_policy_is_distance(places->items[i]))
                share_add(&slurm, session->workloads[w], topo_policy_name(places->items[i]));
        if (distances != NULL || places->count == 0)
            share_add(&slurm, session->workloads[w], distances);
    }
    free(distances);
    return slurm;
}

void cmp_slurm_free(cmp_slurm_t *slurm) {
    for (size_t i = 0; i < slurm->share_count; i++)
        free(slurm->shares[i].places);
    free(slurm->shares);
    *slurm = (cmp_slurm_t){0};
}

void cmp_slurm_print(const cmp_slurm_t *slurm, FILE *out) {
    fprintf(out, "Job array for Slurm, %zu task%s, seed %llu\n", slurm->share_count,
            slurm->share_count == 1 ? "" : "s", (unsigned long long)slurm->session->run.seed);
    for (size_t i = 0; i < slurm->share_count; i++) {
        const cmp_share_t *share = &slurm->shares[i];
        fprintf(out, "  %zu: %s, %s\n", i, share->workload->name,
                share->places != NULL ? share->places : "placements that suit the node");
    }
}

/* ------------------------------------------------------------------ scripts */

typedef struct scripts {
    const cmp_slurm_t *slurm;
    char program[PATH_MAX]; /* this executable */
    char *results;          /* folder of the database that all is merged into, absolute */
    char *folder;           /* of the scripts, and of what each task measured */
} scripts_t;

/* Writes one word for a shell behind `before`. */
static void word_write(FILE *out, const char *before, const char *word) {
    char *words[] = {(char *)word, NULL};
    char *text = cmp_words_quote(words);
    if (text == NULL)
        abort();
    fprintf(out, "%s%s", before, text);
    free(text);
}

static void option_write(FILE *out, const char *option, const char *value) {
    if (value == NULL)
        return;
    fprintf(out, " %s", option);
    word_write(out, " ", value);
}

/* Parameters that the share's workload has: for one that no workload has, scale would be refused.
 */
static void settings_write(FILE *out, const cmp_options_t *options, const wl_workload_t *workload) {
    for (size_t i = 0; i < options->setting_count; i++) {
        const size_t length = strcspn(options->settings[i], "=");
        for (size_t j = 0; j < workload->parameter_count; j++)
            if (strlen(workload->parameters[j].name) == length &&
                strncmp(workload->parameters[j].name, options->settings[i], length) == 0)
                option_write(out, "-s", options->settings[i]);
    }
}

static void share_write(FILE *out, const cmp_slurm_t *slurm, size_t index) {
    const cmp_share_t *share = &slurm->shares[index];
    fprintf(out, "%zu) share=(%s", index, share->workload->name);
    option_write(out, "-p", share->places);
    option_write(out, "--membind", share->places == NULL ? slurm->membind : NULL);
    settings_write(out, &slurm->session->options, share->workload);
    fputs(") ;;\n", out);
}

/* What all tasks have in common. */
static void common_write(FILE *out, const cmp_session_t *session) {
    const cmp_options_t *options = &session->options;
    option_write(out, "-a", options->allocators);
    for (size_t i = 0; i < options->thread_count; i++)
        fprintf(out, "%s%u", i == 0 ? " -t " : ",", options->threads[i]);
    if (options->rounds > 0)
        fprintf(out, " -r %u", options->rounds);
    if (options->quick)
        fputs(" --quick", out);
    if (options->check)
        fputs(" --check", out);
    if (options->duration_seconds > 0)
        fprintf(out, " --duration %.0f", options->duration_seconds);
    if (options->deadline_seconds > 0)
        fprintf(out, " --deadline %.17g", options->deadline_seconds);
    if (options->memory_limit_bytes > 0)
        fprintf(out, " --memory-limit %llu", (unsigned long long)options->memory_limit_bytes);
    fprintf(out, " --seed %llu", (unsigned long long)session->run.seed);
}

static bool array_render(const void *context, FILE *out) {
    const scripts_t *scripts = context;
    const cmp_slurm_t *slurm = scripts->slurm;
    fprintf(out,
            "#!/bin/bash\n"
            "#SBATCH --job-name=compare-scale\n"
            "#SBATCH --array=0-%zu\n"
            "#SBATCH --nodes=1 --ntasks=1 --exclusive --mem=0\n"
            "# A sweep, a share a task, each with a node for itself. A task that is requeued goes\n"
            "# on where it was cut short.\n"
            "task=${SLURM_ARRAY_TASK_ID:?is not set: this is for sbatch, see the file submit}\n"
            "case $task in\n",
            slurm->share_count - 1);
    for (size_t i = 0; i < slurm->share_count; i++)
        share_write(out, slurm, i);
    fputs("*) echo \"there is no task $task\" >&2; exit 2 ;;\nesac\n", out);
    word_write(out, "folder=", scripts->folder);
    word_write(out, "\ncommand=(", scripts->program);
    fputs(" scale \"${share[@]}\"", out);
    common_write(out, slurm->session);
    fputs(" -o \"$folder/task-$task\")\n"
          "if [ -e \"$folder/task-$task/results.db\" ] &&\n"
          "    \"${command[@]}\" --resume --dry-run >/dev/null 2>&1; then\n"
          "    command+=(--resume)\n"
          "fi\n"
          "echo \"task $task on ${SLURMD_NODENAME:-this machine}\"\n"
          "exec \"${command[@]}\"\n",
          out);
    return fflush(out) == 0 && !ferror(out);
}

static bool merge_render(const void *context, FILE *out) {
    const scripts_t *scripts = context;
    fputs("#!/bin/bash\n"
          "#SBATCH --job-name=compare-merge\n"
          "#SBATCH --nodes=1 --ntasks=1\n"
          "# Joins what the tasks of array.sh have measured; may be repeated.\n",
          out);
    word_write(out, "folder=", scripts->folder);
    fprintf(out,
            "\ndatabases=() status=0\n"
            "for task in {0..%zu}; do\n"
            "    if [ -e \"$folder/task-$task/results.db\" ]; then\n"
            "        databases+=(\"$folder/task-$task/results.db\")\n"
            "    else\n"
            "        echo \"task $task left no results; see $folder/task-$task.log\" >&2\n"
            "        status=1\n"
            "    fi\n"
            "done\n"
            "[ ${#databases[@]} -gt 0 ] || exit 1\n",
            scripts->slurm->share_count - 1);
    word_write(out, "", scripts->program);
    fputs(" results merge \"${databases[@]}\"", out);
    word_write(out, " -o ", scripts->results);
    fputs(" || status=1\nexit $status\n", out);
    return fflush(out) == 0 && !ferror(out);
}

static bool submit_render(const void *context, FILE *out) {
    const scripts_t *scripts = context;
    fputs("#!/bin/sh\n"
          "# Submits the sweep, and the job that joins its results. Arguments go to both sbatch\n"
          "# commands, e.g. --partition=big --time=2:00:00\n"
          "set -eu\n",
          out);
    word_write(out, "folder=", scripts->folder);
    fputs("\narray=$(sbatch --parsable --output=\"$folder/task-%a.log\" --open-mode=append \"$@\" "
          "\"$folder/array.sh\")\n"
          "merge=$(sbatch --parsable --output=\"$folder/merge.log\" "
          "--dependency=\"afterany:${array%%;*}\" \"$@\" \"$folder/merge.sh\")\n"
          "echo \"submitted job array ${array%%;*}, and job ${merge%%;*} that merges its "
          "results\"\n",
          out);
    return fflush(out) == 0 && !ferror(out);
}

static bool scripts_write(const scripts_t *scripts, char *error, size_t error_bytes) {
    static const struct {
        const char *name;
        bool (*render)(const void *, FILE *);
    } files[] = {{"array.sh", array_render}, {"merge.sh", merge_render}, {"submit", submit_render}};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char *path = cmp_text("%s/%s", scripts->folder, files[i].name);
        bool good = cmp_output_write(path, files[i].render, scripts, error, error_bytes);
        if (good && chmod(path, 0755) != 0) {
            snprintf(error, error_bytes, "cannot make '%s' executable: %s", path, strerror(errno));
            good = false;
        }
        free(path);
        if (!good)
            return false;
    }
    return true;
}

/* This executable, and the folders that the scripts name, all absolute. */
static bool scripts_locate(scripts_t *scripts, char *error, size_t error_bytes) {
    const cmp_session_t *session = scripts->slurm->session;
    const ssize_t length =
        readlink("/proc/self/exe", scripts->program, sizeof scripts->program - 1);
    if (length < 0) {
        snprintf(error, error_bytes, "cannot find this program: /proc/self/exe: %s",
                 strerror(errno));
        return false;
    }
    scripts->program[length] = '\0';
    char *folder = cmp_session_make_folder(session);
    scripts->results = realpath(folder, NULL);
    free(folder);
    if (scripts->results == NULL)
        abort();
    scripts->folder = cmp_text("%s/slurm-%.8s", scripts->results, session->run.uuid);
    if (mkdir(scripts->folder, 0777) == 0)
        return true;
    snprintf(error, error_bytes,
             "cannot make folder '%s': %s; choose another results folder with "
             "-o DIR",
             scripts->folder, strerror(errno));
    return false;
}

bool cmp_slurm_write(const cmp_slurm_t *slurm, FILE *out, char *error, size_t error_bytes) {
    scripts_t scripts = {.slurm = slurm};
    bool good =
        scripts_locate(&scripts, error, error_bytes) && scripts_write(&scripts, error, error_bytes);
    if (good)
        fprintf(out,
                "Submit it by   %s/submit [OPTIONS FOR SBATCH]\n"
                "               It queues array.sh, and merge.sh for afterwards, which joins what "
                "the tasks measured\n"
                "               in %s/results.db\n",
                scripts.folder, scripts.results);
    free(scripts.results);
    free(scripts.folder);
    return good;
}
