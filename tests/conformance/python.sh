# python3 with every object from malloc: threads that make millions of objects.
export PYTHONMALLOC=malloc
cat >objects.py <<'SCRIPT'
import gc, hashlib, threading
results = {}
def work(number):
    chains = []
    for i in range(60):
        chains.append([{"key": str(j), "value": (number, i, "x" * (j % 90))} for j in range(2000)])
        if i % 3:
            chains.pop(i % len(chains))
    text = repr(chains[-1]) * 20
    results[number] = len(chains), len(text), hashlib.md5(text.encode()).hexdigest()
for _ in range(2):
    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for t in threads: t.start()
    for t in threads: t.join()
gc.collect()
print(sorted(results.items()))
print(sum(i * i for i in list(range(1_000_000))), len("".join(map(str, range(300_000)))))
SCRIPT
same "$PYTHON" objects.py
