/*
 * Walks the allocator's source for atomic accesses: operations, macros that wrap one, the counter
 * macros, and plain uses of what is declared _Atomic. Macros are found by their definitions, so
 * that a new one needs no change here. Main thread; no locks.
 */
#include "atomic_scan.h"

#include <stdlib.h>
#include <string.h>

#include "atomic_operation.h"
#include "paths.h"

#define COUNTER_MACRO   "HAK_COUNT"         /* how counter macros begin */
#define COUNTER_STORAGE "hak_counts_"       /* how the counters' arrays begin */
#define COUNTER_ADD     "hak_telemetry_add" /* what counter macros call */

/* The file that is walked, and where in it. */
typedef struct walk {
    cmp_atomic_source_t *source;
    size_t file_index;
    const cmp_c_file_t *file;
    bool telemetry;          /* the file is telemetry's own */
    bool *taken;             /* tokens of expressions that an operation accesses */
    size_t macro;            /* name of the macro that is being defined; token_count: none */
    cmp_c_call_t parameters; /* of that macro; count 0: it has none */
    size_t function, function_end;
    size_t depth;
    uint32_t outer_line; /* of the macro whose arguments are walked through */
    size_t outer_end;
} walk_t;

static void walk_start(walk_t *walk, cmp_atomic_source_t *source, size_t file_index) {
    const cmp_c_file_t *file = &source->files[file_index];
    const char *base = strrchr(file->name, '/');
    base = base != NULL ? base + 1 : file->name;
    *walk = (walk_t){.source = source,
                     .file_index = file_index,
                     .file = file,
                     .telemetry = strncmp(base, "telemetry", 9) == 0,
                     .macro = file->token_count,
                     .function = file->token_count};
}

/* The name of the function whose body opens at a token; token_count when it is no body. */
static size_t function_name(const cmp_c_file_t *file, size_t open) {
    size_t i = open;
    while (i > 0 && file->tokens[i - 1].directive != 0)
        i--;
    for (size_t depth = 0; i-- > 0;) {
        if (cmp_c_is(file, i, ")")) {
            depth++;
        } else if (cmp_c_is(file, i, "(") && depth > 0) {
            if (--depth == 0)
                return i > 0 && cmp_c_is_word(file, i - 1) ? i - 1 : file->token_count;
        } else if (depth == 0) {
            break; /* a struct, an initializer */
        }
    }
    return file->token_count;
}

/* Keeps track of the function and the macro that a token stands in. */
static void walk_step(walk_t *walk, size_t token) {
    const cmp_c_file_t *file = walk->file;
    const uint32_t directive = file->tokens[token].directive;
    if (walk->macro < file->token_count && file->tokens[walk->macro].directive != directive)
        walk->macro = file->token_count;
    if (directive != 0) {
        if (cmp_c_is(file, token, "#") && cmp_c_is(file, token + 1, "define")) {
            walk->macro = token + 2;
            const cmp_c_token_t *name = &file->tokens[walk->macro];
            walk->parameters.count = 0;
            if (walk->macro + 1 < file->token_count && name[1].text == name->text + name->length)
                cmp_c_call_read(file, walk->file_index, walk->macro, &walk->parameters);
        }
        return;
    }
    if (cmp_c_is(file, token, "{") && token > 0 && file->tokens[token - 1].kind == CMP_C_STRING)
        return; /* extern "C" */
    if (cmp_c_is(file, token, "{")) {
        if (walk->depth++ == 0)
            walk->function = function_name(file, token);
    } else if (cmp_c_is(file, token, "}") && walk->depth > 0 && --walk->depth == 0) {
        walk->function = file->token_count;
    }
}

/* The number of the macro's parameter that a token is; CMP_C_NONE. */
static size_t parameter_find(const walk_t *walk, size_t token) {
    if (walk->macro >= walk->file->token_count || !cmp_c_is_word(walk->file, token))
        return CMP_C_NONE;
    char *word = cmp_c_word(walk->file, token);
    size_t found = CMP_C_NONE;
    for (size_t i = 0; i < walk->parameters.count; i++)
        if (cmp_c_is(walk->file, walk->parameters.argument[i].first, word))
            found = i;
    free(word);
    return found;
}

static size_t parameter_named(const walk_t *walk, const char *name) {
    for (size_t i = 0; i < walk->parameters.count; i++)
        if (cmp_c_is(walk->file, walk->parameters.argument[i].first, name))
            return i;
    return CMP_C_NONE;
}

/* The operation of a macro's body is on one of its parameters: an access where it is used. */
static bool on_parameter(const walk_t *walk, const cmp_operation_t *operation) {
    if (operation->object == CMP_C_NONE)
        return false;
    size_t base = cmp_c_base(&walk->source->objects, operation->call.argument[operation->object]);
    return parameter_find(walk, base) != CMP_C_NONE;
}

/* ------------------------------------------------------------------ macros */

static bool wrapper_add(walk_t *walk, const char *operation, const char *order, size_t object,
                        size_t box) {
    cmp_atomic_source_t *source = walk->source;
    char *name = cmp_c_word(walk->file, walk->macro);
    for (size_t i = 0; i < source->wrapper_count; i++)
        if (strcmp(source->wrappers[i].name, name) == 0) {
            free(name);
            return false;
        }
    source->wrappers =
        realloc(source->wrappers, (source->wrapper_count + 1) * sizeof *source->wrappers);
    if (source->wrappers == NULL)
        abort();
    source->wrappers[source->wrapper_count++] =
        (cmp_wrapper_t){name, cmp_text("%s", operation), cmp_text("%s", order), object, box};
    return true;
}

/* Adds the macros of a file that wrap an operation; true when there was a new one. */
static bool wrappers_find(cmp_atomic_source_t *source, size_t file_index) {
    walk_t walk;
    bool added = false;
    walk_start(&walk, source, file_index);
    for (size_t i = 0; i < walk.file->token_count; i++) {
        walk_step(&walk, i);
        if (walk.macro >= walk.file->token_count || i <= walk.macro)
            continue;
        if (walk.telemetry) {
            size_t counter = parameter_named(&walk, "counter"), box = parameter_named(&walk, "BOX");
            if (cmp_c_begins(walk.file, walk.macro, COUNTER_MACRO) && counter != CMP_C_NONE &&
                box != CMP_C_NONE)
                added |= wrapper_add(&walk, "fetch_add", "relaxed", counter, box);
            continue;
        }
        cmp_operation_t operation;
        if (!cmp_operation_at(source, file_index, i, &operation))
            continue;
        if (on_parameter(&walk, &operation)) {
            size_t object = parameter_find(
                &walk, cmp_c_base(&source->objects, operation.call.argument[operation.object]));
            added |= wrapper_add(&walk, operation.name, operation.order, object, CMP_C_NONE);
        }
        cmp_operation_free(&operation);
    }
    return added;
}

/* ------------------------------------------------------------------ accesses */

static cmp_access_t *access_add(walk_t *walk, size_t token, size_t last) {
    cmp_atomic_source_t *source = walk->source;
    const cmp_c_file_t *file = walk->file;
    size_t where = walk->macro < file->token_count ? walk->macro : walk->function;
    if ((source->count & (source->count - 1)) == 0) {
        size_t room = source->count > 0 ? 2 * source->count : 1;
        source->accesses = realloc(source->accesses, room * sizeof *source->accesses);
        if (source->accesses == NULL)
            abort();
    }
    cmp_access_t *access = &source->accesses[source->count++];
    *access = (cmp_access_t){
        .file = walk->file_index,
        .line = file->tokens[token].line,
        .first_line = token < walk->outer_end ? walk->outer_line : file->tokens[token].line,
        .last_line = file->tokens[last].line,
        .function = where < file->token_count ? cmp_c_word(file, where) : cmp_text("no function"),
        .object = CMP_C_NONE,
        .kind = walk->telemetry ? CMP_ACCESS_TELEMETRY : CMP_ACCESS_CORRECTNESS,
    };
    return access;
}

/* The tokens without the blanks between them, malloc'ed. */
static char *expression_text(const cmp_c_file_t *file, cmp_c_expression_t expression) {
    char *text = cmp_text("%s", "");
    for (size_t i = expression.first; i < expression.end; i++) {
        char *longer = cmp_text("%s%.*s", text, (int)file->tokens[i].length, file->tokens[i].text);
        free(text);
        text = longer;
    }
    return text;
}

static void bypass_finding(walk_t *walk, size_t token, const char *what) {
    cmp_finding_add(&walk->source->findings, "bypass", walk->file->name,
                    walk->file->tokens[token].line,
                    "%s outside of the counter macros: it would not compile out with its box; use "
                    "HAK_COUNT and its like",
                    what);
}

static void counter_fill(walk_t *walk, cmp_access_t *access, const cmp_operation_t *operation) {
    const cmp_wrapper_t *wrapper = operation->wrapper;
    char *counter = expression_text(walk->file, operation->call.argument[wrapper->object]);
    access->kind = CMP_ACCESS_TELEMETRY;
    access->box = wrapper->box < operation->call.count
                      ? expression_text(walk->file, operation->call.argument[wrapper->box])
                      : cmp_text("n/a");
    access->object_name = cmp_text(COUNTER_STORAGE "%s.%s", access->box, counter);
    free(counter);
}

static void object_fill(walk_t *walk, cmp_access_t *access, const cmp_operation_t *operation,
                        bool c11) {
    const cmp_c_objects_t *objects = &walk->source->objects;
    if (operation->object == CMP_C_NONE) {
        access->object_name = cmp_text("(fence)");
        return;
    }
    const cmp_c_expression_t expression = operation->call.argument[operation->object];
    access->object = cmp_c_resolve(objects, expression, c11 ? CMP_C_ATOMIC : CMP_C_PLAIN);
    access->object_name = access->object != CMP_C_NONE ? cmp_c_object_name(objects, access->object)
                                                       : expression_text(walk->file, expression);
    size_t base = cmp_c_base(objects, expression);
    if (!walk->telemetry && cmp_c_begins(walk->file, base, COUNTER_STORAGE))
        access->kind = CMP_ACCESS_UNCLASSIFIED; /* a finding of the counter's name */
}

static void operation_access(walk_t *walk, size_t token, cmp_operation_t *operation) {
    cmp_access_t *access = access_add(walk, token, operation->call.close);
    for (size_t i = token; i <= operation->call.close; i++)
        walk->taken[i] = true;
    access->operation = cmp_text("%s", operation->name);
    access->order = cmp_text("%s", operation->order);
    access->sides = cmp_operation_sides(operation->name, operation->order);
    access->locks = cmp_operation_locks(operation->name, operation->order);
    if (operation->wrapper != NULL && operation->wrapper->box != CMP_C_NONE)
        counter_fill(walk, access, operation);
    else
        object_fill(walk, access, operation, cmp_c_begins(walk->file, token, "atomic_"));
    if (!operation->stated)
        cmp_finding_add(&walk->source->findings, "order", walk->file->name, access->line,
                        "%s of %s in %s does not say its memory order: use the form with _explicit",
                        access->operation, access->object_name, access->function);
}

/* ------------------------------------------------------------------ plain uses */

/* The bracket that a closing one belongs to; 0 when none does. */
static size_t bracket_open(const cmp_c_file_t *file, size_t close) {
    const char *open = cmp_c_is(file, close, "]") ? "[" : "(";
    for (size_t i = close; i-- > 0;)
        if (cmp_c_is(file, i, open) && cmp_c_close(file, i) == close)
            return i;
    return 0;
}

/* The first token of the expression whose last member is `member`; token_count when it has no base,
 * as in an initializer. */
static size_t chain_begin(const cmp_c_file_t *file, size_t member) {
    size_t i = member;
    while (i > 1 && (cmp_c_is(file, i - 1, "->") || cmp_c_is(file, i - 1, "."))) {
        i -= 2;
        while (i > 0 && (cmp_c_is(file, i, "]") || cmp_c_is(file, i, ")"))) {
            size_t open = bracket_open(file, i);
            i = open > 0 ? open - 1 : 0;
        }
        if (!cmp_c_is_word(file, i))
            return file->token_count;
    }
    return i;
}

/* The object that a word, the last of its expression, names, if it is _Atomic and used as a value
 * or changed; CMP_C_NONE. Its address, its size and its declaration are no uses. */
static size_t plain_use(const walk_t *walk, size_t token) {
    const cmp_c_file_t *file = walk->file;
    const cmp_c_objects_t *objects = &walk->source->objects;
    if (cmp_c_is(file, token + 1, ".") || cmp_c_is(file, token + 1, "->") ||
        cmp_c_is(file, token + 1, "("))
        return CMP_C_NONE;
    size_t begin = chain_begin(file, token);
    if (begin >= file->token_count)
        return CMP_C_NONE;
    size_t object =
        cmp_c_resolve(objects, (cmp_c_expression_t){walk->file_index, begin, token + 1}, CMP_C_ANY);
    if (object == CMP_C_NONE || !objects->items[object].atomic)
        return CMP_C_NONE;
    for (size_t i = 0; i < objects->count; i++)
        if (objects->items[i].file == walk->file_index &&
            objects->items[i].line == file->tokens[token].line &&
            cmp_c_is(file, token, objects->items[i].name))
            return CMP_C_NONE;
    size_t before = begin > 0 ? begin - 1 : 0;
    if (cmp_c_is(file, before, "&") || cmp_c_is(file, before, "sizeof") ||
        (cmp_c_is(file, before, "(") && before > 0 && cmp_c_is(file, before - 1, "sizeof")))
        return CMP_C_NONE;
    return object;
}

static void plain_access(walk_t *walk, size_t token, size_t object) {
    cmp_access_t *access = access_add(walk, token, token);
    access->object = object;
    access->object_name = cmp_c_object_name(&walk->source->objects, object);
    access->operation = cmp_text("plain use");
    access->order = cmp_text("seq_cst");
    access->locks = true;
    access->kind = CMP_ACCESS_UNCLASSIFIED;
    cmp_finding_add(&walk->source->findings, "plain", walk->file->name, access->line,
                    "%s is _Atomic and used like a plain variable in %s, which orders everything "
                    "and does not say so: use atomic_..._explicit",
                    access->object_name, access->function);
}

/* ------------------------------------------------------------------ walking */

static bool is_macro(const cmp_atomic_source_t *source, const cmp_c_file_t *file, size_t token) {
    for (size_t f = 0; f < source->file_count; f++) {
        const cmp_c_file_t *other = &source->files[f];
        for (size_t i = 0; i + 2 < other->token_count; i++)
            if (other->tokens[i].directive != 0 && cmp_c_is(other, i, "define") &&
                other->tokens[i + 1].length == file->tokens[token].length &&
                memcmp(other->tokens[i + 1].text, file->tokens[token].text,
                       file->tokens[token].length) == 0)
                return true;
    }
    return false;
}

/* Compilers give what stands in a macro's arguments the line where the outermost macro begins. */
static void macro_enter(walk_t *walk, size_t token) {
    cmp_c_call_t call;
    if (token < walk->outer_end || !cmp_c_call_read(walk->file, walk->file_index, token, &call) ||
        walk->file->tokens[call.close].line == walk->file->tokens[token].line ||
        !(cmp_c_begins(walk->file, token, "atomic_") || is_macro(walk->source, walk->file, token)))
        return;
    walk->outer_line = walk->file->tokens[token].line;
    walk->outer_end = call.close;
}

static void file_walk(cmp_atomic_source_t *source, size_t file_index) {
    walk_t walk;
    walk_start(&walk, source, file_index);
    walk.taken = calloc(walk.file->token_count + 1, sizeof *walk.taken);
    if (walk.taken == NULL)
        abort();
    for (size_t i = 0; i < walk.file->token_count; i++) {
        walk_step(&walk, i);
        if (!cmp_c_is_word(walk.file, i) || i == walk.macro)
            continue;
        macro_enter(&walk, i);
        cmp_operation_t operation;
        if (cmp_operation_at(source, file_index, i, &operation)) {
            /* What a macro does to its parameters counts where it is used. */
            bool own = walk.macro < walk.file->token_count &&
                       ((operation.wrapper != NULL && walk.telemetry) ||
                        (!walk.telemetry && on_parameter(&walk, &operation)));
            if (!own)
                operation_access(&walk, i, &operation);
            cmp_operation_free(&operation);
        } else if (!walk.telemetry && cmp_c_begins(walk.file, i, COUNTER_STORAGE)) {
            bypass_finding(&walk, i, "a counter is named");
        } else if (!walk.telemetry && cmp_c_is(walk.file, i, COUNTER_ADD)) {
            bypass_finding(&walk, i, COUNTER_ADD " is called");
        } else if (!walk.taken[i] && !walk.telemetry) {
            size_t object = plain_use(&walk, i);
            if (object != CMP_C_NONE)
                plain_access(&walk, i, object);
        }
    }
    free(walk.taken);
}

void cmp_atomic_scan(cmp_atomic_source_t *source) {
    bool added = true;
    while (added) {
        added = false;
        for (size_t i = 0; i < source->file_count; i++)
            added |= wrappers_find(source, i);
    }
    for (size_t i = 0; i < source->file_count; i++)
        file_walk(source, i);
}
