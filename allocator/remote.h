/*
 * Remote target queue: blocks freed by another thread than their heap's. The freeing thread gathers
 * pointers in an outbox per target; a full chunk (or one that holds enough bytes) is published on
 * the target's inbox with one compare-and-swap. The target takes the inbox whole and puts one chunk
 * per refill straight into its lanes. Blocks for heaps without a thread, and what a sleeping
 * target leaves lying, are drained into the target's slabs by the sender under the target's lock.
 */
#ifndef HAK_REMOTE_H
#define HAK_REMOTE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "allocator/lane.h"
#include "allocator/os.h"

#define HAK_CHUNK_BYTES  1024
#define HAK_CHUNK_BLOCKS ((HAK_CHUNK_BYTES - 24) / sizeof(void *))
#define HAK_OUTBOXES     64u                  /* direct-mapped by the target's id; a power of two */
#define HAK_OUTBOX_BYTES ((int32_t)64 * 1024) /* blocks that one outbox may hold */
#define HAK_INBOX_BYTES  ((uint32_t)1 << 20)  /* waiting blocks beyond which senders drain */

/* A chunk belongs to one thread at a time: the one that fills it, then (by the inbox) the one that
 * drains it. Chunks are never unmapped. */
typedef struct hak_chunk {
    struct hak_chunk *next;        /* [owner] below it in the inbox */
    uint32_t count;                /* [owner] blocks */
    uint32_t bytes;                /* [owner] their sum of strides */
    _Atomic uint32_t chain_bytes;  /* [any,atomic] relaxed: bytes of this and all below, a hint */
    void *block[HAK_CHUNK_BLOCKS]; /* [owner] */
} hak_chunk_t;

_Static_assert(sizeof(hak_chunk_t) == HAK_CHUNK_BYTES, "chunk header is 24 bytes");

/* Invariant: top == NULL, or top points into (or right after) chunk->block. */
typedef struct hak_outbox {
    void **top;         /* [owner] next free place in the chunk; moved as HAK_SHARE'd */
    void **limit;       /* [owner] its end; top == limit is full */
    hak_chunk_t *chunk; /* [owner] NULL: nothing gathered; HAK_SHARE'd */
    uint32_t target;    /* [owner] heap id; 0: none */
    int32_t bytes_left; /* [owner] until it is published for its size; HAK_SHARE'd */
} hak_outbox_t;

/* A foreign free that the outbox cannot just take: other target, full, or no chunk yet. */
void hak_remote_send(hak_heap_t *heap, uint32_t entry, void *block);

/* Counts a block that was put into an outbox. True when this then holds all bytes that it may, or
 * more. */
static inline bool hak_remote_charge(hak_outbox_t *outbox, uint32_t stride_bytes) {
#if HAK_IN_PLACE
    bool full;
    __asm__("subl %2, %0" : "+m"(outbox->bytes_left), "=@ccle"(full) : "r"(stride_bytes));
    return full;
#else
    HAK_SHARE(outbox->bytes_left, outbox->bytes_left - (int32_t)stride_bytes);
    return outbox->bytes_left <= 0;
#endif
}

/* Publishes an outbox that is full by its bytes. */
void hak_remote_full(hak_heap_t *heap, hak_outbox_t *outbox);

/* Publishes what the outboxes hold. */
void hak_remote_flush(hak_heap_t *heap);

/* Puts the blocks of one waiting chunk into the lanes (full lanes flush). False when none waits. */
bool hak_remote_receive(hak_heap_t *heap);

/* Drains everything waiting for `heap` into its slabs; the caller holds heap->lock and, when the
 * heap is bound, is either its thread or leaves `received` alone. */
void hak_remote_drain(hak_heap_t *heap, bool received_too);

/* Puts one block into its heap's slab, for threads without a heap of their own. */
void hak_remote_put(uint32_t entry, void *block);

hak_lock_t *hak_chunks_lock(void); /* for fork */

#endif
