extension Identity {
    /// All client secrets, the seed's first.
    var secrets: [ClientSecret] {
        get { [secret] + (moreSecrets ?? []) }
        set {
            secret = newValue[0]
            moreSecrets = newValue.count > 1 ? Array(newValue.dropFirst()) : nil
        }
    }
}
