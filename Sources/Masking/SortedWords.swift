import Diagnostics

/// Words in order, in secret memory: a long run, and a short one that takes what is new and is merged in now and then.
///
/// New words are put in order when somebody asks or the short run is full: many in a row cost no more than a sort.
@safe final class SortedWords {
    private var main: SecretArray<UInt64>
    private var mainCount = 0
    private var recent: SecretArray<UInt64>
    private var recentCount = 0
    /// So many of the recent ones are in order.
    private var sortedCount = 0

    private static let largestRecent = 1024
    /// More unsorted words than this are sorted all at once.
    private static let few = 32

    init() throws(Failure) {
        main = try SecretArray(count: 64)
        recent = try SecretArray(count: 64)
    }

    var secretBytes: Int { (main.count + recent.count) * 8 }

    /// Makes room so that the next `insert` cannot fail.
    func reserveOne() throws(Failure) {
        if recentCount == recent.count { try makeRoom() }
    }

    /// Makes room for `more` words in one step.
    func expect(_ more: Int) throws(Failure) {
        let count = mainCount + recentCount + more
        if count > main.count { try grow(to: count) }
    }

    private func grow(to count: Int) throws(Failure) {
        let larger: SecretArray<UInt64> = try SecretArray(count: count)
        unsafe larger.base.update(from: main.base, count: mainCount)
        main = larger
    }

    private func makeRoom() throws(Failure) {
        if mainCount + recentCount > main.count {
            // Fresh secret pages are dear: few large steps.
            try grow(to: (mainCount + recentCount) * 2)
        }
        sort()
        merge()
        guard recent.count < SortedWords.largestRecent, mainCount > recent.count * 4 else { return }
        recent = try SecretArray(count: recent.count * 2)
    }

    /// Adds a word.
    ///
    /// `reserveOne` came before.
    func insert(_ word: UInt64) {
        recent[recentCount] = word
        recentCount += 1
    }

    // MARK: - Order

    private func sort() {
        if recentCount - sortedCount > SortedWords.few { sortAll() }
        while sortedCount < recentCount {
            let word = recent[sortedCount]
            let place = SortedWords.firstPlace(in: recent, sortedCount, above: word)
            recent.shift(from: place, count: sortedCount - place)
            recent[place] = word
            sortedCount += 1
        }
    }

    /// Heapsort: in place, and no order of the words makes it slow.
    private func sortAll() {
        var first = recentCount / 2
        while first > 0 {
            first -= 1
            sink(first, recentCount)
        }
        var count = recentCount
        while count > 1 {
            count -= 1
            let largest = recent[0]
            recent[0] = recent[count]
            recent[count] = largest
            sink(0, count)
        }
        sortedCount = recentCount
    }

    private func sink(_ first: Int, _ count: Int) {
        let words = unsafe recent.base
        precondition(first < count && count <= recent.count, "a heap lies in its array")
        let word = unsafe words[first]
        var place = first
        while 2 * place + 1 < count {
            var child = 2 * place + 1
            // In bounds: below the count.
            if child + 1 < count, unsafe words[child + 1] > words[child] { child += 1 }
            guard unsafe words[child] > word else { break }
            unsafe words[place] = words[child]
            place = child
        }
        unsafe words[place] = word
    }

    /// From the back, so that one array is enough; what lies between two new words moves as one.
    private func merge() {
        precondition(mainCount + recentCount <= main.count, "merged words stay inside of their room")
        let words = unsafe main.base
        var (left, right) = (mainCount, recentCount)
        while right > 0 {
            let word = recent[right - 1]
            let place = SortedWords.firstPlace(in: main, left, above: word)
            // In bounds: `left + right` is at most the count of both.
            unsafe (words + place + right).update(from: words + place, count: left - place)
            unsafe words[place + right - 1] = word
            (left, right) = (place, right - 1)
        }
        mainCount += recentCount
        (recentCount, sortedCount) = (0, 0)
    }

    /// The first place of `count` words in order whose word is larger.
    private static func firstPlace(in words: SecretArray<UInt64>, _ count: Int, above word: UInt64) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if words[middle] <= word { low = middle + 1 } else { high = middle }
        }
        return low
    }

    // MARK: - Asking

    /// A word whose first `count` bytes, the highest, are those of `word`.
    func first(beginningLike word: UInt64, count: Int) -> UInt64? {
        if sortedCount < recentCount { sort() }
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
