/*
 * Loads a library in a forked child and reads its routes from a pipe. Main thread; the child loads,
 * calls and ends without returning.
 */
#include "routes.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../allocator/hakmem.h"
#include "activity_command.h"
#include "paths.h"

enum { CHILD_SECONDS = 20, ROWS_MOST = 4096, TEXT_BYTES = 8192 };

/* What the child writes: rows, then one text. */
typedef enum message_kind {
    MESSAGE_ROUTE = 1,
    MESSAGE_CONFIGURATION,
    MESSAGE_ERROR
} message_kind_t;

typedef struct message {
    message_kind_t kind;
    union {
        cmp_route_t route;
        char text[TEXT_BYTES];
    };
} message_t;

static const char no_hak_route[] =
    "it has no hak_route: it is no hakmem, or one that is older than this function";

/* ------------------------------------------------------------------ child */

typedef int route_function_t(unsigned index, hak_route_t *route);
typedef const char *configuration_function_t(void);

static void text_send(FILE *pipe, message_kind_t kind, const char *text) {
    message_t message = {.kind = kind};
    snprintf(message.text, sizeof message.text, "%s", text);
    (void)fwrite(&message, sizeof message, 1, pipe);
}

static void text_copy(char *to, size_t bytes, const char *from) {
    snprintf(to, bytes, "%s", from != NULL ? from : "");
}

static void route_send(FILE *pipe, const hak_route_t *route) {
    message_t message = {.kind = MESSAGE_ROUTE};
    text_copy(message.route.name, sizeof message.route.name, route->name);
    text_copy(message.route.backend, sizeof message.route.backend, route->backend);
    text_copy(message.route.requests, sizeof message.route.requests, route->requests);
    text_copy(message.route.decided_by, sizeof message.route.decided_by, route->decided_by);
    text_copy(message.route.fallback, sizeof message.route.fallback, route->fallback);
    message.route.low_bytes = route->low_bytes;
    message.route.high_bytes = route->high_bytes;
    message.route.stride_bytes = route->stride_bytes;
    (void)fwrite(&message, sizeof message, 1, pipe);
}

static void library_tell(const cmp_allocator_t *allocator, FILE *pipe) {
    void *library = dlopen(allocator->path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        text_send(pipe, MESSAGE_ERROR, dlerror());
        return;
    }
    route_function_t *route_of;
    configuration_function_t *configuration;
    *(void **)&route_of = dlsym(library, "hak_route");
    *(void **)&configuration = dlsym(library, "hak_configuration");
    if (route_of == NULL || configuration == NULL) {
        text_send(pipe, MESSAGE_ERROR, no_hak_route);
        return;
    }
    hak_route_t route = {.size = sizeof route};
    for (unsigned index = 0; route_of(index, &route) == 0; index++) {
        if (route.size != sizeof route || index == ROWS_MOST) {
            text_send(pipe, MESSAGE_ERROR, "its hak_route is of another version than this program");
            return;
        }
        route_send(pipe, &route);
    }
    text_send(pipe, MESSAGE_CONFIGURATION, configuration());
}

static _Noreturn void child_run(const cmp_allocator_t *allocator, int output) {
    for (char **setting = allocator->environment; setting != NULL && *setting != NULL; setting++)
        putenv(*setting);
    alarm(CHILD_SECONDS);
    FILE *pipe = fdopen(output, "w");
    if (pipe != NULL) {
        library_tell(allocator, pipe);
        fflush(pipe);
    }
    _exit(0); /* no destructor of this process or of the library */
}

/* ------------------------------------------------------------------ parent */

/* Takes over what the child tells; false with a reason. */
static bool messages_read(FILE *pipe, cmp_routes_t *routes, char *error, size_t error_bytes) {
    message_t message;
    while (fread(&message, sizeof message, 1, pipe) == 1) {
        if (message.kind == MESSAGE_ERROR) {
            snprintf(error, error_bytes, "%.900s", message.text);
            return false;
        }
        if (message.kind == MESSAGE_CONFIGURATION) {
            routes->configuration = cmp_text("%s", message.text);
            return true;
        }
        routes->rows = realloc(routes->rows, (routes->count + 1) * sizeof *routes->rows);
        if (routes->rows == NULL)
            abort();
        routes->rows[routes->count++] = message.route;
    }
    error[0] = '\0';
    return false;
}

static void end_explain(int status, char *error, size_t error_bytes) {
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
        snprintf(error, error_bytes, "loading it and asking it takes longer than %d s",
                 CHILD_SECONDS);
    else if (WIFSIGNALED(status))
        snprintf(error, error_bytes, "it ended the process that asked it: signal %d (%s)",
                 WTERMSIG(status), strsignal(WTERMSIG(status)));
    else
        snprintf(error, error_bytes, "it ended the process that asked it with exit status %d",
                 WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

bool cmp_routes_read(const cmp_allocator_t *allocator, cmp_routes_t *routes, char *error,
                     size_t error_bytes) {
    char reason[1024] = "";
    int ends[2];
    *routes = (cmp_routes_t){0};
    if (allocator->path == NULL) {
        snprintf(error, error_bytes,
                 "cannot read the routes of '%s': it is the C library itself; only a hakmem tells "
                 "its routes",
                 allocator->label);
        return false;
    }
    if (allocator->linked) {
        snprintf(
            error, error_bytes,
            "cannot read the routes of '%s': it is linked into the worker, and routes are read "
            "from a shared library; audit a library with the same build flags",
            allocator->label);
        return false;
    }
    if (!cmp_file_names(allocator->path, "hak_route")) {
        snprintf(error, error_bytes, "cannot read the routes of '%s' from %s: %s", allocator->label,
                 allocator->path, no_hak_route);
        return false;
    }
    fflush(NULL);
    pid_t pid = pipe(ends) == 0 ? fork() : -1;
    if (pid < 0) {
        snprintf(error, error_bytes, "cannot start a process: %s", strerror(errno));
        return false;
    }
    if (pid == 0) {
        close(ends[0]);
        child_run(allocator, ends[1]);
    }
    close(ends[1]);
    FILE *pipe = fdopen(ends[0], "r");
    if (pipe == NULL)
        abort();
    bool good = messages_read(pipe, routes, reason, sizeof reason);
    fclose(pipe);
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (good)
        return true;
    if (reason[0] == '\0')
        end_explain(status, reason, sizeof reason);
    snprintf(error, error_bytes, "cannot read the routes of '%s' from %s: %s", allocator->label,
             allocator->path, reason);
    cmp_routes_free(routes);
    return false;
}

void cmp_routes_free(cmp_routes_t *routes) {
    free(routes->rows);
    free(routes->configuration);
    *routes = (cmp_routes_t){0};
}

bool cmp_routes_equal(const cmp_routes_t *a, const cmp_routes_t *b) {
    bool equal = a->count == b->count;
    for (size_t i = 0; equal && i < a->count; i++) {
        const cmp_route_t *one = &a->rows[i], *other = &b->rows[i];
        equal = strcmp(one->name, other->name) == 0 && strcmp(one->backend, other->backend) == 0 &&
                strcmp(one->requests, other->requests) == 0 && one->low_bytes == other->low_bytes &&
                one->high_bytes == other->high_bytes && one->stride_bytes == other->stride_bytes;
    }
    return equal;
}
