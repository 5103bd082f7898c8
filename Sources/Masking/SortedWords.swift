import Diagnostics

/// Words in order, in secret memory: a long run, and a short one that takes what is new and is merged in now and then.
final class SortedWords {
    private var main: SecretArray<UInt64>
    private var mainCount = 0
    private var recent: SecretArray<UInt64>
    private var recentCount = 0

    init() throws(Failure) {
        main = try SecretArray(count: 64)
        recent = try SecretArray(count: 64)
    }

    var secretBytes: Int { (main.count + recent.count) * 8 }

    /// Makes room so that the next `insert` cannot fail.
    func reserveOne() throws(Failure) {
        guard recentCount == recent.count else { return }
        if mainCount + recentCount > main.count {
            let larger: SecretArray<UInt64> = try SecretArray(count: (mainCount + recentCount) * 5 / 4)
            for index in 0..<mainCount { larger[index] = main[index] }
            main = larger
        }
        if recent.count < 512, mainCount > recent.count * 16 { recent = try replaceRecent(recent.count * 2) }
        merge()
    }

    private func replaceRecent(_ count: Int) throws(Failure) -> SecretArray<UInt64> {
        let larger: SecretArray<UInt64> = try SecretArray(count: count)
        for index in 0..<recentCount { larger[index] = recent[index] }
        return larger
    }

    /// From the back, so that one array is enough.
    private func merge() {
        var (left, right, place) = (mainCount, recentCount, mainCount + recentCount)
        while right > 0 {
            place -= 1
            if left > 0, main[left - 1] > recent[right - 1] {
                left -= 1
                main[place] = main[left]
            } else {
                right -= 1
                main[place] = recent[right]
            }
        }
        mainCount += recentCount
        recentCount = 0
    }

    /// Adds a word.
    ///
    /// `reserveOne` came before.
    func insert(_ word: UInt64) {
        precondition(recentCount < recent.count, "insert needs room: call reserveOne first")
        var (low, high) = (0, recentCount)
        while low < high {
            let middle = (low + high) / 2
            if recent[middle] <= word { low = middle + 1 } else { high = middle }
        }
        recent.shift(from: low, count: recentCount - low)
        recent[low] = word
        recentCount += 1
    }

    /// A word whose first `count` bytes, the highest, are those of `word`.
    func first(beginningLike word: UInt64, count: Int) -> UInt64? {
        let mask = ~(UInt64.max >> UInt64(count * 8))
        return find(main, mainCount, word & mask, mask) ?? find(recent, recentCount, word & mask, mask)
    }

    private func find(_ words: SecretArray<UInt64>, _ count: Int, _ prefix: UInt64, _ mask: UInt64) -> UInt64? {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if words[middle] < prefix { low = middle + 1 } else { high = middle }
        }
        return low < count && words[low] & mask == prefix ? words[low] : nil
    }
}
