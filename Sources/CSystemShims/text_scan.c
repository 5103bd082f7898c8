#include "text_scan.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// MARK: - One byte

#if defined(__x86_64__)
static inline __attribute__((always_inline)) uint64_t equal_bits_sse2(const uint8_t *text, uint8_t wanted) {
    const __m128i vector = _mm_set1_epi8((char)wanted);
    uint64_t bits = 0;
    for (unsigned i = 0; i < 64; i += 16) {
        __m128i part = _mm_loadu_si128((const __m128i *)(const void *)(text + i));
        bits |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(part, vector)) << i;
    }
    return bits;
}

__attribute__((target("avx2,bmi"))) static inline uint64_t equal_bits_avx2(const uint8_t *text, uint8_t wanted) {
    const __m256i vector = _mm256_set1_epi8((char)wanted);
    __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)text);
    __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(text + 32));
    uint64_t bits = (unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, vector));
    return bits << 32 | (unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, vector));
}

// Most blocks have none or one: the first is written whether it is there or not, so that no branch has to be guessed.
static inline __attribute__((always_inline)) size_t write_places(
    uint64_t bits, size_t place, uint16_t *places, size_t found) {
    places[found] = (uint16_t)(place + (size_t)__builtin_ctzll(bits | UINT64_C(1) << 63));
    found += bits != 0;
    bits &= bits - 1;
    while (__builtin_expect(bits != 0, 0)) {
        places[found++] = (uint16_t)(place + (size_t)__builtin_ctzll(bits));
        bits &= bits - 1;
    }
    return found;
}

// The whole blocks of 64 bytes.
__attribute__((target("avx2,bmi"))) static size_t find_in_blocks_avx2(
    const uint8_t *text, size_t count, uint8_t wanted, uint16_t *places) {
    size_t found = 0;
    for (size_t place = 0; place + 64 <= count; place += 64)
        found = write_places(equal_bits_avx2(text + place, wanted), place, places, found);
    return found;
}

static size_t find_in_blocks(const uint8_t *text, size_t count, uint8_t wanted, uint16_t *places) {
    if (__builtin_cpu_supports("avx2")) return find_in_blocks_avx2(text, count, wanted, places);
    size_t found = 0;
    for (size_t place = 0; place + 64 <= count; place += 64)
        found = write_places(equal_bits_sse2(text + place, wanted), place, places, found);
    return found;
}
#endif

size_t vs_sys_find_byte(const uint8_t *text, size_t count, uint8_t wanted, uint16_t *places) {
    size_t found = 0, place = 0;
#if defined(__x86_64__)
    found = find_in_blocks(text, count, wanted, places);
    place = count / 64 * 64;
#endif
    for (; place < count; place++) {
        places[found] = (uint16_t)place;
        found += text[place] == wanted;
    }
    return found;
}

// MARK: - Windows

static inline __attribute__((always_inline)) uint64_t look_up(const uint8_t *text, const vs_sys_window_table *table) {
    uint64_t window;
    memcpy(&window, text, sizeof window);
    uint64_t hash = ((window & table->window_mask) ^ table->key) * table->factor;
    uint64_t word = table->table[hash >> table->shift];
    return (word >> (hash >> 40 & 63)) & (word >> (hash >> 34 & 63)) & 1;
}

static inline __attribute__((always_inline)) uint64_t look_up_all(
    const uint8_t *text, size_t step, const vs_sys_window_table *given) {
    const vs_sys_window_table table = *given;
    uint64_t hits = 0;
    for (unsigned i = 0; i < 64; i += 4, text += 4 * step) {
        uint64_t four = look_up(text, &table) | look_up(text + step, &table) << 1 |
                        look_up(text + 2 * step, &table) << 2 | look_up(text + 3 * step, &table) << 3;
        hits |= four << i;
    }
    return hits;
}

#if defined(__x86_64__)
__attribute__((target("bmi2"))) static uint64_t look_up_all_bmi2(
    const uint8_t *text, size_t step, const vs_sys_window_table *table) {
    return look_up_all(text, step, table);
}
#endif

uint64_t vs_sys_window_hits(const uint8_t *text, size_t step, const vs_sys_window_table *table) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("bmi2")) return look_up_all_bmi2(text, step, table);
#endif
    return look_up_all(text, step, table);
}
