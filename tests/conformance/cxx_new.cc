// Every form of operator new and delete, and containers that use them, from several threads.
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <vector>

struct alignas(256) Wide {
    char bytes[300];
};

static std::size_t checksum(unsigned seed) {
    std::map<std::string, std::vector<unsigned>> table;
    for (unsigned i = 0; i < 20000; i++)
        table["key " + std::to_string(i * seed % 997)].push_back(i);
    std::size_t sum = 0;
    for (const auto &entry : table)
        sum = sum * 31 + entry.first.size() + entry.second.size();
    return sum;
}

int main() {
    int *single = new int(1);
    char *array = new char[100000];
    Wide *wide = new Wide;
    Wide *wides = new Wide[3];
    void *plain = ::operator new(48);
    void *quiet = ::operator new(static_cast<std::size_t>(-1) / 4, std::nothrow);
    bool aligned = reinterpret_cast<std::uintptr_t>(wide) % 256 == 0 &&
                   reinterpret_cast<std::uintptr_t>(wides) % 256 == 0;
    std::printf("aligned %d, too large %s\n", aligned, quiet ? "served" : "refused");
    ::operator delete(plain);
    delete[] wides;
    delete wide;
    delete[] array;
    delete single;

    bool thrown = false;
    try {
        ::operator delete(::operator new(static_cast<std::size_t>(-1) / 4));
    } catch (const std::bad_alloc &) {
        thrown = true;
    }
    std::printf("bad_alloc %s\n", thrown ? "thrown" : "not thrown");

    std::size_t sums[3] = {};
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < 3; i++)
        threads.emplace_back([&sums, i] { sums[i] = checksum(i + 2); });
    for (auto &thread : threads)
        thread.join();
    std::printf("%zu %zu %zu\n", sums[0], sums[1], sums[2]);
}
