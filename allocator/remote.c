/*
 * Remote target queue. Senders: any bound thread (hak_remote_send, hak_remote_flush). Receivers:
 * the heap's own thread (hak_remote_receive), or whoever holds the heap's lock (hak_remote_drain).
 * Spare chunks are kept per thread and exchanged with a shared list eight at a time, so that a
 * thread that only sends and one that only receives pay one locked operation for every eight
 * chunks.
 */
#include "allocator/remote.h"

#include "allocator/backend.h"
#include "allocator/heap.h"
#include "allocator/spill.h"
#include "allocator/telemetry.h"

#define SPARE_MAX   16u
#define SPARE_BATCH 8u

static struct {
    hak_lock_t lock;
    hak_chunk_t *spare; /* [lock] */
} chunks;

hak_lock_t *hak_chunks_lock(void) {
    return &chunks.lock;
}

/* ------------------------------------------------------------------ chunks */

static bool chunks_make(hak_heap_t *heap) {
    char *memory = hak_meta_allocate(SPARE_BATCH * sizeof(hak_chunk_t), 64);
    if (memory == NULL)
        return false;
    for (uint32_t i = 0; i < SPARE_BATCH; i++) {
        hak_chunk_t *chunk = (hak_chunk_t *)(memory + i * sizeof(hak_chunk_t));
        chunk->next = heap->spare_chunks;
        heap->spare_chunks = chunk;
    }
    heap->spare_count += SPARE_BATCH;
    return true;
}

static hak_chunk_t *chunk_take(hak_heap_t *heap) {
    if (heap->spare_chunks == NULL) {
        hak_lock(&chunks.lock);
        while (chunks.spare != NULL && heap->spare_count < SPARE_BATCH) {
            hak_chunk_t *chunk = chunks.spare;
            chunks.spare = chunk->next;
            chunk->next = heap->spare_chunks;
            heap->spare_chunks = chunk;
            heap->spare_count++;
        }
        hak_unlock(&chunks.lock);
        if (heap->spare_chunks == NULL && !chunks_make(heap))
            return NULL;
    }
    hak_chunk_t *chunk = heap->spare_chunks;
    heap->spare_chunks = chunk->next;
    heap->spare_count--;
    return chunk;
}

static void chunk_give(hak_heap_t *heap, hak_chunk_t *chunk) {
    chunk->next = heap->spare_chunks;
    heap->spare_chunks = chunk;
    if (++heap->spare_count < SPARE_MAX)
        return;
    hak_lock(&chunks.lock);
    for (uint32_t i = 0; i < SPARE_BATCH; i++) {
        chunk = heap->spare_chunks;
        heap->spare_chunks = chunk->next;
        chunk->next = chunks.spare;
        chunks.spare = chunk;
    }
    hak_unlock(&chunks.lock);
    heap->spare_count -= SPARE_BATCH;
}

/* ------------------------------------------------------------------ sending */

/* Returns about how many bytes wait there now. */
static uint32_t chunk_push(hak_heap_t *target, hak_chunk_t *chunk) {
    uint32_t waiting_bytes;
    /* Acquire pairs with the release that put the chunk below there: its memory may be fresh. */
    hak_chunk_t *head = atomic_load_explicit(&target->inbox, memory_order_acquire);
    do {
        /* The chunk below may be taken meanwhile: then its figure is stale, and only a hint is
         * wrong. Its memory is never unmapped. */
        waiting_bytes = chunk->bytes;
        if (head != NULL)
            waiting_bytes += atomic_load_explicit(&head->chain_bytes, memory_order_relaxed);
        chunk->next = head;
        atomic_store_explicit(&chunk->chain_bytes, waiting_bytes, memory_order_relaxed);
    } while (!atomic_compare_exchange_weak_explicit(&target->inbox, &head, chunk,
                                                    memory_order_seq_cst, memory_order_acquire));
    return waiting_bytes;
}

/* Gives a filled chunk to its target. Its thread may exit at the same time, and everything would
 * wait for a sweep in the inbox of an idle heap, with the slabs that it comes from. So this looks
 * at the state again after the push, and the exit at the inbox after it changed the state, all four
 * sequentially consistent: at least one of them sees what the other did. */
static void chunk_publish(hak_heap_t *heap, hak_heap_t *target, hak_chunk_t *chunk) {
    if (atomic_load_explicit(&target->state, memory_order_relaxed) != HAK_HEAP_BOUND) {
        hak_lock(&target->lock);
        hak_backend_put_locked(target, chunk->block, chunk->count);
        hak_unlock(&target->lock);
        HAK_COUNT(REMOTE, chunks_drained_by_others);
        chunk_give(heap, chunk);
        hak_heaps_trim();
        return;
    }
    HAK_COUNT(REMOTE, chunks_published);
    const uint32_t waiting_bytes = chunk_push(target, chunk);
    if (atomic_load_explicit(&target->state, memory_order_seq_cst) != HAK_HEAP_BOUND) {
        hak_lock(&target->lock);
        hak_remote_drain(target, false);
        hak_unlock(&target->lock);
        hak_heaps_trim();
        return;
    }
    if (waiting_bytes <= HAK_INBOX_BYTES)
        return;
    /* The target has not looked for long. If it is just refilling, it looks now. */
    if (hak_lock_try(&target->lock)) {
        hak_remote_drain(target, false);
        hak_unlock(&target->lock);
    }
}

static void outbox_publish(hak_heap_t *heap, hak_outbox_t *outbox) {
    hak_chunk_t *chunk = outbox->chunk;
    chunk->count = (uint32_t)(outbox->top - chunk->block);
    chunk->bytes = (uint32_t)(HAK_OUTBOX_BYTES - outbox->bytes_left);
    HAK_COUNT_ADD(REMOTE, sent_blocks, chunk->count);
    hak_heap_t *target = hak_heap_by_id(outbox->target);
    HAK_SHARE(outbox->chunk, NULL);
    outbox->top = outbox->limit = NULL;
    outbox->target = 0;
    heap->outboxes_open--;
    chunk_publish(heap, target, chunk);
}

HAK_NOINLINE void hak_remote_send(hak_heap_t *heap, uint32_t entry, void *block) {
    const uint32_t target = entry >> 16;
    hak_outbox_t *outbox = hak_heap_outbox(heap, target);
    if (outbox->chunk != NULL && (outbox->target != target || outbox->top == outbox->limit)) {
        outbox_publish(heap, outbox);
        hak_spill_tick(heap); /* a thread that only frees for others comes by nowhere else */
    }
    if (outbox->chunk == NULL) {
        hak_chunk_t *chunk = chunk_take(heap);
        if (chunk == NULL) {
            hak_remote_put(entry, block);
            return;
        }
        HAK_SHARE(outbox->bytes_left, HAK_OUTBOX_BYTES);
        HAK_SHARE(outbox->chunk, chunk);
        outbox->top = chunk->block;
        outbox->limit = chunk->block + HAK_CHUNK_BLOCKS;
        outbox->target = target;
        heap->outboxes_open++;
    }
    const hak_lane_t *lane = (const hak_lane_t *)((const char *)heap + (entry & 0xffff));
    *outbox->top++ = block;
    if (hak_remote_charge(outbox, lane->stride_bytes))
        outbox_publish(heap, outbox);
}

HAK_NOINLINE void hak_remote_full(hak_heap_t *heap, hak_outbox_t *outbox) {
    outbox_publish(heap, outbox);
}

void hak_remote_flush(hak_heap_t *heap) {
    for (uint32_t i = 0; heap->outboxes_open != 0 && i < HAK_OUTBOXES; i++) {
        if (hak_heap_outbox(heap, i)->chunk != NULL)
            outbox_publish(heap, hak_heap_outbox(heap, i));
    }
}

void hak_remote_put(uint32_t entry, void *block) {
    hak_heap_t *target = hak_heap_by_id(entry >> 16);
    HAK_COUNT(REMOTE, direct_puts);
    hak_lock(&target->lock);
    hak_backend_put_locked(target, &block, 1);
    hak_unlock(&target->lock);
    hak_heaps_trim();
}

/* ------------------------------------------------------------------ receiving */

static void chunk_receive(hak_heap_t *heap, const hak_chunk_t *chunk) {
    for (uint32_t i = 0; i < chunk->count; i++) {
        void *block = chunk->block[i];
        uint32_t entry = hak_map_entry(block);
        if (HAK_UNLIKELY(entry >> 16 != heap->front.id))
            hak_fault("free", block, "double free: its slab was given back before it came home");
        hak_lane_t *lane = (hak_lane_t *)((char *)heap + (entry & 0xffff));
        if (HAK_LIKELY(lane->top != lane->limit))
            hak_lane_push(lane, block);
        else
            hak_lane_push_slow(heap, lane, block, true);
    }
}

bool hak_remote_receive(hak_heap_t *heap) {
    if (heap->received == NULL) {
        if (atomic_load_explicit(&heap->inbox, memory_order_relaxed) == NULL)
            return false;
        HAK_SHARE(heap->received,
                  atomic_exchange_explicit(&heap->inbox, NULL, memory_order_acquire));
        if (heap->received == NULL)
            return false;
    }
    hak_chunk_t *chunk = heap->received;
    HAK_SHARE(heap->received, chunk->next);
    HAK_SHARE(heap->received_chunks, heap->received_chunks + 1);
    HAK_COUNT(REMOTE, chunks_received);
    chunk_receive(heap, chunk);
    chunk_give(heap, chunk);
    return true;
}

static void chain_drain(hak_heap_t *heap, hak_chunk_t *chain) {
    hak_chunk_t *last = NULL;
    for (hak_chunk_t *chunk = chain; chunk != NULL; chunk = chunk->next) {
        hak_backend_put_locked(heap, chunk->block, chunk->count);
        HAK_COUNT(REMOTE, chunks_drained_by_others);
        last = chunk;
    }
    if (last == NULL)
        return;
    hak_lock(&chunks.lock);
    last->next = chunks.spare;
    chunks.spare = chain;
    hak_unlock(&chunks.lock);
}

void hak_remote_drain(hak_heap_t *heap, bool received_too) {
    if (received_too) {
        chain_drain(heap, heap->received);
        HAK_SHARE(heap->received, NULL);
    }
    chain_drain(heap, atomic_exchange_explicit(&heap->inbox, NULL, memory_order_acquire));
}
